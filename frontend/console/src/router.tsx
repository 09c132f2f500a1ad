/** The console's pages and their addresses. Each page's code comes when it is first opened. */

import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
  retainSearchParams,
} from "@tanstack/react-router";

import { NotFound } from "./pages/NotFound";
import { NotShown } from "./pages/NotShown";
import { readAuditSearch } from "./pages/access/audit/search";
import { readNewConnectorSearch } from "./pages/connect/search";
import { readGroupsSearch } from "./pages/groups/search";
import {
  readConfigsSearch,
  readLiveSearch,
  readProduceSearch,
  readRecordsSearch,
} from "./pages/topic/search";
import { readTopicsSearch } from "./pages/topicsSearch";
import { readUsageSearch } from "./pages/usage/search";

interface RootSearch {
  /** Name of the tenant looked at; without it the first of the person's tenants. */
  tenant?: string;
}

const root = createRootRoute({
  validateSearch: (search: Record<string, unknown>): RootSearch =>
    typeof search.tenant === "string" ? { tenant: search.tenant } : {},
  search: { middlewares: [retainSearchParams(["tenant"])] },
  notFoundComponent: NotFound,
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/login",
  validateSearch: (search: Record<string, unknown>): { next?: string } =>
    typeof search.next === "string" ? { next: search.next } : {},
  component: lazyRouteComponent(() => import("./pages/SignIn"), "SignIn"),
});

const invitation = createRoute({
  getParentRoute: () => root,
  path: "/invitation",
  component: lazyRouteComponent(() => import("./pages/InvitationPage"), "InvitationPage"),
});

const signedIn = createRoute({
  getParentRoute: () => root,
  id: "console",
  component: lazyRouteComponent(() => import("./pages/SignedIn"), "SignedIn"),
});

const overview = createRoute({
  getParentRoute: () => signedIn,
  path: "/",
  component: lazyRouteComponent(() => import("./pages/Overview"), "Overview"),
});
const topics = createRoute({
  getParentRoute: () => signedIn,
  path: "/topics",
  validateSearch: readTopicsSearch,
  component: lazyRouteComponent(() => import("./pages/Topics"), "Topics"),
});

const topic = createRoute({
  getParentRoute: () => signedIn,
  path: "/topics/$topic",
  component: lazyRouteComponent(() => import("./pages/topic/TopicLayout"), "TopicLayout"),
});
const topicIndex = createRoute({
  getParentRoute: () => topic,
  path: "/",
  beforeLoad: ({ params }) => {
    throw redirect({ to: "/topics/$topic/live", params, replace: true });
  },
});
const live = createRoute({
  getParentRoute: () => topic,
  path: "/live",
  validateSearch: readLiveSearch,
  component: lazyRouteComponent(() => import("./pages/topic/LivePage"), "LivePage"),
});
const records = createRoute({
  getParentRoute: () => topic,
  path: "/records",
  validateSearch: readRecordsSearch,
  component: lazyRouteComponent(() => import("./pages/topic/records/RecordsPage"), "RecordsPage"),
});
const partitions = createRoute({
  getParentRoute: () => topic,
  path: "/partitions",
  component: lazyRouteComponent(() => import("./pages/topic/partitions/PartitionsPage"), "PartitionsPage"),
});
const produce = createRoute({
  getParentRoute: () => topic,
  path: "/produce",
  validateSearch: readProduceSearch,
  component: lazyRouteComponent(() => import("./pages/topic/produce/ProducePage"), "ProducePage"),
});
const configs = createRoute({
  getParentRoute: () => topic,
  path: "/configs",
  validateSearch: readConfigsSearch,
  component: lazyRouteComponent(() => import("./pages/topic/configs/ConfigsPage"), "ConfigsPage"),
});

const groups = createRoute({
  getParentRoute: () => signedIn,
  path: "/groups",
  validateSearch: readGroupsSearch,
  component: lazyRouteComponent(() => import("./pages/groups/GroupsPage"), "GroupsPage"),
});
const group = createRoute({
  getParentRoute: () => signedIn,
  path: "/groups/$group",
  component: lazyRouteComponent(() => import("./pages/groups/GroupPage"), "GroupPage"),
});
const connectors = createRoute({
  getParentRoute: () => signedIn,
  path: "/connectors",
  component: lazyRouteComponent(
    () => import("./pages/connect/ConnectorsPage"),
    "ConnectorsPage",
  ),
});
const connector = createRoute({
  getParentRoute: () => signedIn,
  path: "/connectors/$connector",
  component: lazyRouteComponent(() => import("./pages/connect/ConnectorPage"), "ConnectorPage"),
});
const newConnector = createRoute({
  getParentRoute: () => signedIn,
  path: "/new-connector",
  validateSearch: readNewConnectorSearch,
  component: lazyRouteComponent(
    () => import("./pages/connect/NewConnectorPage"),
    "NewConnectorPage",
  ),
});
const brokers = createRoute({
  getParentRoute: () => signedIn,
  path: "/brokers",
  component: lazyRouteComponent(() => import("./pages/brokers/BrokersPage"), "BrokersPage"),
});
const members = createRoute({
  getParentRoute: () => signedIn,
  path: "/members",
  component: lazyRouteComponent(() => import("./pages/access/MembersPage"), "MembersPage"),
});
const serviceAccounts = createRoute({
  getParentRoute: () => signedIn,
  path: "/service-accounts",
  component: lazyRouteComponent(
    () => import("./pages/access/ServiceAccountsPage"),
    "ServiceAccountsPage",
  ),
});
const keys = createRoute({
  getParentRoute: () => signedIn,
  path: "/keys",
  validateSearch: (search: Record<string, unknown>): { account?: string } =>
    typeof search.account === "string" ? { account: search.account } : {},
  component: lazyRouteComponent(() => import("./pages/access/keys/KeysPage"), "KeysPage"),
});
const audit = createRoute({
  getParentRoute: () => signedIn,
  path: "/audit",
  validateSearch: readAuditSearch,
  component: lazyRouteComponent(() => import("./pages/access/audit/AuditPage"), "AuditPage"),
});
const acls = createRoute({
  getParentRoute: () => signedIn,
  path: "/acls",
  validateSearch: (search: Record<string, unknown>): { principal?: string } =>
    typeof search.principal === "string" ? { principal: search.principal } : {},
  component: lazyRouteComponent(() => import("./pages/access/acls/AclsPage"), "AclsPage"),
});
const usage = createRoute({
  getParentRoute: () => signedIn,
  path: "/usage",
  validateSearch: readUsageSearch,
  component: lazyRouteComponent(() => import("./pages/usage/UsagePage"), "UsagePage"),
});
const quotas = createRoute({
  getParentRoute: () => signedIn,
  path: "/quotas",
  validateSearch: (search: Record<string, unknown>): { of?: "clients" } =>
    search.of === "clients" ? { of: "clients" } : {},
  component: lazyRouteComponent(() => import("./pages/quotas/QuotasPage"), "QuotasPage"),
});
const settings = createRoute({
  getParentRoute: () => signedIn,
  path: "/settings",
  component: lazyRouteComponent(() => import("./pages/tenant/SettingsPage"), "SettingsPage"),
});
const cellTenants = createRoute({
  getParentRoute: () => signedIn,
  path: "/tenants",
  component: lazyRouteComponent(() => import("./pages/cell/TenantsPage"), "TenantsPage"),
});
const plans = createRoute({
  getParentRoute: () => signedIn,
  path: "/plans",
  component: lazyRouteComponent(() => import("./pages/cell/PlansPage"), "PlansPage"),
});

export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    invitation,
    signedIn.addChildren([
      overview,
      topics,
      topic.addChildren([topicIndex, live, records, partitions, configs, produce]),
      groups,
      group,
      connectors,
      connector,
      newConnector,
      brokers,
      members,
      serviceAccounts,
      keys,
      acls,
      audit,
      usage,
      quotas,
      settings,
      cellTenants,
      plans,
    ]),
  ]),
  // A page's code is fetched while the pointer is still on its way to the click.
  defaultPreload: "intent",
  defaultErrorComponent: NotShown,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
