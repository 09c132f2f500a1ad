import { Empty } from "./states";

/** Instead of a page that this person may not see. */
export function NotOffered({ title, why }: { title: string; why: string }) {
  return <Empty title={title}>{why} An admin or owner can change your role.</Empty>;
}
