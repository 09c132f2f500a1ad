/** The console's pages and their addresses. */

import {
  createRootRoute,
  createRoute,
  createRouter,
  redirect,
  retainSearchParams,
} from "@tanstack/react-router";

import { NotFound } from "./pages/NotFound";
import { Overview } from "./pages/Overview";
import { SignedIn } from "./pages/SignedIn";
import { SignIn } from "./pages/SignIn";
import { TopicLayout } from "./pages/topic/TopicLayout";
import { LivePage } from "./pages/topic/LivePage";
import { PartitionsPage } from "./pages/topic/PartitionsPage";
import { ProducePage } from "./pages/topic/ProducePage";
import { RecordsPage } from "./pages/topic/RecordsPage";
import { Topics } from "./pages/Topics";
import { readLiveSearch, readRecordsSearch } from "./pages/topic/search";

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
  component: SignIn,
});

const signedIn = createRoute({ getParentRoute: () => root, id: "console", component: SignedIn });

const overview = createRoute({ getParentRoute: () => signedIn, path: "/", component: Overview });
const topics = createRoute({ getParentRoute: () => signedIn, path: "/topics", component: Topics });

const topic = createRoute({
  getParentRoute: () => signedIn,
  path: "/topics/$topic",
  component: TopicLayout,
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
  component: LivePage,
});
const records = createRoute({
  getParentRoute: () => topic,
  path: "/records",
  validateSearch: readRecordsSearch,
  component: RecordsPage,
});
const partitions = createRoute({
  getParentRoute: () => topic,
  path: "/partitions",
  component: PartitionsPage,
});
const produce = createRoute({
  getParentRoute: () => topic,
  path: "/produce",
  component: ProducePage,
});

export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    signedIn.addChildren([
      overview,
      topics,
      topic.addChildren([topicIndex, live, records, partitions, produce]),
    ]),
  ]),
  defaultPreload: false,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
