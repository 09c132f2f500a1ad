import { Badge, Select } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";

import { useWorkspace } from "./Workspace";

/** The tenant is part of every address (`?tenant=`), so links between people keep it. */
export function TenantSwitcher() {
  const { tenant, tenants } = useWorkspace();
  const navigate = useNavigate();
  if (tenants.length === 1) {
    return (
      <Badge variant="light" size="lg" radius="sm" tt="none" fw={550}>
        {tenant.name}
      </Badge>
    );
  }
  return (
    <Select
      aria-label="Tenant"
      size="xs"
      w={150}
      data={tenants.map(({ name }) => name)}
      value={tenant.name}
      allowDeselect={false}
      searchable={tenants.length > 8}
      onChange={(name) => {
        // Another tenant's topics are not this one's: begin at the front page.
        if (name !== null) void navigate({ to: "/", search: { tenant: name } });
      }}
    />
  );
}
