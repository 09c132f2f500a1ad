import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { paths } from "../../paths";
import { request } from "../client";
import type { RecordBody } from "../types";

/** Whether a filter lets a record by. An error says what is wrong with the filter, and where. */
export function useFilterTest(filter: string, record: RecordBody | null) {
  return useQuery({
    queryKey: ["filter-test", filter, record],
    enabled: filter !== "" && record !== null,
    queryFn: ({ signal }) =>
      request<{ matches: boolean }>("POST", paths.testFilter, { body: { filter, record }, signal }),
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 10_000,
    retry: false,
  });
}
