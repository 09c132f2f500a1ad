import { getRouteApi } from "@tanstack/react-router";

import { useWorkspace } from "../../components/Workspace";
import { LiveTail } from "./LiveTail";

const route = getRouteApi("/console/topics/$topic/live");

/** A glance back, so that a quiet topic does not look like a broken page. */
const DEFAULT_START = "end-20";
const ALL_FIELDS: string[] = [];

export function LivePage() {
  const { topic } = route.useParams();
  const { from = DEFAULT_START, fields = ALL_FIELDS, find = "", filter = "" } = route.useSearch();
  const navigate = route.useNavigate();
  const { tenant } = useWorkspace();
  return (
    <LiveTail
      key={`${topic} ${from}`}
      cluster={tenant.cluster_id}
      topic={topic}
      from={from}
      picked={fields}
      filter={filter}
      onFilter={(next) =>
        void navigate({
          search: ({ filter: _, ...search }) => (next ? { ...search, filter: next } : search),
        })
      }
      find={find}
      onFind={(words) =>
        void navigate({
          search: ({ find: _, ...search }) => (words ? { ...search, find: words } : search),
          replace: true,
        })
      }
      onPick={(picked) =>
        void navigate({
          search: ({ fields: _, ...search }) =>
            picked.length ? { ...search, fields: picked } : search,
          replace: true,
        })
      }
      onFrom={(next) => void navigate({ search: (search) => ({ ...search, from: next }) })}
    />
  );
}
