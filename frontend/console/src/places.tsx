/** The console's pages as the menu, the palette and the keyboard know them. */

import type { ReactNode } from "react";

import { may } from "./access";
import type { TenantAccess } from "./api/types";
import {
  AuditIcon,
  BrokersIcon,
  GroupsIcon,
  KeysIcon,
  MembersIcon,
  OverviewIcon,
  ServiceAccountsIcon,
  TopicsIcon,
} from "./components/icons";

export interface Place {
  to:
    | "/"
    | "/topics"
    | "/groups"
    | "/brokers"
    | "/members"
    | "/service-accounts"
    | "/keys"
    | "/audit";
  label: string;
  icon: ReactNode;
  /** After `g`, goes there. */
  key: string;
  /** It shows the tenant's records or what is told of them. */
  records?: true;
  /** Heading in the menu that it stands under. */
  under?: "Access";
}

/** Those that somebody with this access can use. */
export function placesFor(tenant: TenantAccess): Place[] {
  return PLACES.filter(({ records }) => !records || may(tenant, "READ"));
}

export const PLACES: Place[] = [
  { to: "/", label: "Overview", icon: <OverviewIcon />, key: "o", records: true },
  { to: "/topics", label: "Topics", icon: <TopicsIcon />, key: "t", records: true },
  { to: "/groups", label: "Consumer groups", icon: <GroupsIcon />, key: "g", records: true },
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
  { to: "/audit", label: "Audit log", icon: <AuditIcon />, key: "a", under: "Access" },
];
