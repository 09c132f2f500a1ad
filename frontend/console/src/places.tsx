/** The console's pages as the menu, the palette and the keyboard know them. */

import type { ReactNode } from "react";

import { isOperator, may } from "./access";
import type { SessionBody, TenantAccess } from "./api/types";
import {
  AclsIcon,
  AuditIcon,
  BrokersIcon,
  ConnectorsIcon,
  GroupsIcon,
  KeysIcon,
  MembersIcon,
  OverviewIcon,
  PlansIcon,
  QuotasIcon,
  ServiceAccountsIcon,
  SettingsIcon,
  TenantsIcon,
  TopicsIcon,
  UsageIcon,
} from "./components/icons";

export interface Place {
  to:
    | "/"
    | "/topics"
    | "/groups"
    | "/connectors"
    | "/brokers"
    | "/members"
    | "/service-accounts"
    | "/keys"
    | "/acls"
    | "/audit"
    | "/usage"
    | "/quotas"
    | "/settings"
    | "/tenants"
    | "/plans";
  label: string;
  icon: ReactNode;
  /** After `g`, goes there. */
  key: string;
  /** It shows the tenant's records or what is told of them. */
  records?: true;
  /** Heading in the menu that it stands under. */
  under?: "Access" | "Tenant" | "Cell";
  /** It is of the whole cell, and for those who look after it. */
  operators?: true;
}

/** Those that somebody with this access can use. */
export function placesFor(tenant: TenantAccess, user: SessionBody["user"]): Place[] {
  return PLACES.filter(
    ({ records, operators }) =>
      (!records || may(tenant, "READ")) && (!operators || isOperator(user)),
  );
}

export const PLACES: Place[] = [
  { to: "/", label: "Overview", icon: <OverviewIcon />, key: "o", records: true },
  { to: "/topics", label: "Topics", icon: <TopicsIcon />, key: "t", records: true },
  { to: "/groups", label: "Consumer groups", icon: <GroupsIcon />, key: "g", records: true },
  { to: "/connectors", label: "Connectors", icon: <ConnectorsIcon />, key: "c", records: true },
  { to: "/brokers", label: "Brokers", icon: <BrokersIcon />, key: "b" },
  { to: "/members", label: "Members", icon: <MembersIcon />, key: "m", under: "Access" },
  {
    to: "/service-accounts",
    label: "Service accounts",
    icon: <ServiceAccountsIcon />,
    key: "s",
    under: "Access",
  },
  { to: "/keys", label: "API keys", icon: <KeysIcon />, key: "k", under: "Access" },
  { to: "/acls", label: "ACLs", icon: <AclsIcon />, key: "l", under: "Access" },
  { to: "/audit", label: "Audit log", icon: <AuditIcon />, key: "a", under: "Access" },
  { to: "/usage", label: "Usage", icon: <UsageIcon />, key: "u", under: "Tenant", records: true },
  { to: "/quotas", label: "Quotas", icon: <QuotasIcon />, key: "q", under: "Tenant" },
  { to: "/settings", label: "Settings", icon: <SettingsIcon />, key: "e", under: "Tenant" },
  {
    to: "/tenants",
    label: "Tenants",
    icon: <TenantsIcon />,
    key: "n",
    under: "Cell",
    operators: true,
  },
  { to: "/plans", label: "Plans", icon: <PlansIcon />, key: "p", under: "Cell", operators: true },
];
