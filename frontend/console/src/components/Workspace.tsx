import { createContext, use, type ReactNode } from "react";

import { may } from "../access";
import type { SessionBody, TenantAccess } from "../api/types";

/** Who looks, and at which of their tenants. */
export interface Workspace {
  user: SessionBody["user"];
  tenant: TenantAccess;
  tenants: TenantAccess[];
}

const WorkspaceContext = createContext<Workspace | null>(null);

export function WorkspaceProvider({ value, children }: { value: Workspace; children: ReactNode }) {
  return <WorkspaceContext value={value}>{children}</WorkspaceContext>;
}

export function useWorkspace(): Workspace {
  const workspace = use(WorkspaceContext);
  if (workspace === null) throw new Error("useWorkspace needs a page inside the signed-in shell.");
  return workspace;
}

/** Viewers may look at everything and change nothing; the service enforces it, the page shows it. */
export function mayChange(tenant: TenantAccess): boolean {
  return may(tenant, "WRITE");
}
