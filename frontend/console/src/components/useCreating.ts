import { useLocation, useNavigate } from "@tanstack/react-router";

/** Whether a page's "create" dialog is open; it has an address (`#create`), so links can open it. */
export function useCreating(): [boolean, (open: boolean) => void] {
  const open = useLocation({ select: ({ hash }) => hash === "create" });
  const navigate = useNavigate();
  const set = (wanted: boolean) =>
    void navigate({ to: ".", hash: wanted ? "create" : "", replace: true });
  return [open, set];
}
