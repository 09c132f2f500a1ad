/** Connectors: what there are, how they are, making and changing them, and how far they are. */

import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import type { Config } from "../../connect/config";
import { paths } from "../../paths";
import type { Answer, Item } from "../answers";
import { request } from "../client";
import type { ListBody } from "../types";

export type ConnectorBody = Item<"/api/v1/tenants/{tenant}/connect/connectors">;
export type ConnectorTaskBody = ConnectorBody["tasks"][number];
export type PluginBody = Item<"/api/v1/tenants/{tenant}/connect/plugins">;
export type LogLineBody =
  Item<"/api/v1/tenants/{tenant}/connect/connectors/{connector}/tasks/{task}/log">;
export type ValidationBody = Answer<"/connect/connector-plugins/{plugin}/config/validate", "put">;
export type TrialBody = Answer<"/api/v1/tenants/{tenant}/connect/connectors:try", "post">;
export interface OffsetBody {
  partition: Record<string, unknown>;
  offset: Record<string, unknown> | null;
}

const LIVE_MS = 2_000;
const SLOW_MS = 10_000;

const connectorsKey = (tenant: string) => ["connectors", tenant] as const;
const connectorKey = (tenant: string, name: string) => [...connectorsKey(tenant), name] as const;

export function useConnectors(tenant: string) {
  return useQuery({
    queryKey: connectorsKey(tenant),
    queryFn: async ({ signal }) =>
      (await request<ListBody<ConnectorBody>>("GET", paths.connectors(tenant), { signal })).data,
    refetchInterval: LIVE_MS,
  });
}

export function useConnector(tenant: string, name: string) {
  return useQuery({
    queryKey: connectorKey(tenant, name),
    queryFn: ({ signal }) =>
      request<ConnectorBody>("GET", paths.connectorOverview(tenant, name), { signal }),
    refetchInterval: LIVE_MS,
  });
}

export function usePlugins(tenant: string) {
  return useQuery({
    queryKey: ["plugins", tenant],
    queryFn: async ({ signal }) =>
      (await request<ListBody<PluginBody>>("GET", paths.plugins(tenant), { signal })).data,
    staleTime: Infinity,
  });
}

export function useConnectorConfig(tenant: string, name: string) {
  return useQuery({
    queryKey: [...connectorKey(tenant, name), "config"],
    queryFn: ({ signal }) => request<Config>("GET", paths.connectorConfig(tenant, name), { signal }),
  });
}

/** What the service says of a config, key by key; of the last one while the next is judged. */
export function useValidation(tenant: string, plugin: string, config: Config) {
  return useQuery({
    queryKey: ["validation", tenant, plugin, config],
    queryFn: ({ signal }) =>
      request<ValidationBody>("PUT", paths.validateConfig(tenant, plugin), {
        body: config,
        signal,
      }),
    placeholderData: keepPreviousData,
    gcTime: 60_000,
  });
}

export function useConnectorTopics(tenant: string, name: string) {
  return useQuery({
    queryKey: [...connectorKey(tenant, name), "topics"],
    queryFn: async ({ signal }) => {
      const path = paths.connectorTopics(tenant, name);
      const found = await request<Record<string, { topics: string[] }>>("GET", path, { signal });
      return found[name]?.topics ?? [];
    },
    refetchInterval: SLOW_MS,
  });
}

export function useTaskLog(tenant: string, name: string, task: number) {
  return useQuery({
    queryKey: [...connectorKey(tenant, name), "log", task],
    queryFn: async ({ signal }) =>
      (await request<ListBody<LogLineBody>>("GET", paths.taskLog(tenant, name, task), { signal }))
        .data,
    refetchInterval: LIVE_MS,
  });
}

export function useOffsets(tenant: string, name: string) {
  return useQuery({
    queryKey: [...connectorKey(tenant, name), "offsets"],
    queryFn: async ({ signal }) => {
      const path = paths.connectorOffsets(tenant, name);
      return (await request<{ offsets: OffsetBody[] }>("GET", path, { signal })).offsets;
    },
  });
}

function useChange<Given>(tenant: string, change: (given: Given) => Promise<unknown>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: () => queries.invalidateQueries({ queryKey: connectorsKey(tenant) }),
  });
}

export function useCreateConnector(tenant: string) {
  return useChange(tenant, (body: { name: string; config: Config }) =>
    request<unknown>("POST", paths.newConnector(tenant), { body }),
  );
}

/** A config tried on its target; nothing is kept of it. */
export function useTryConfig(tenant: string) {
  return useMutation({
    mutationFn: (body: { name: string; config: Config }) =>
      request<TrialBody>("POST", paths.tryConnector(tenant), { body }),
  });
}

export function usePutConfig(tenant: string, name: string) {
  return useChange(tenant, (body: Config) =>
    request<unknown>("PUT", paths.connectorConfig(tenant, name), { body }),
  );
}

export function useTurn(tenant: string, name: string) {
  return useChange(tenant, (verb: "pause" | "resume" | "stop") =>
    request<unknown>("PUT", paths.connectorVerb(tenant, name, verb)),
  );
}

export function useRestart(tenant: string, name: string) {
  return useChange(tenant, (onlyFailed: boolean) =>
    request<unknown>("POST", paths.restartConnector(tenant, name, onlyFailed)),
  );
}

export function useRestartTask(tenant: string, name: string) {
  return useChange(tenant, (task: number) =>
    request<unknown>("POST", paths.restartTask(tenant, name, task)),
  );
}

export function useDeleteConnector(tenant: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (name: string) => request<unknown>("DELETE", paths.connector(tenant, name)),
    onSuccess: (_, name) => {
      queries.removeQueries({ queryKey: connectorKey(tenant, name) });
      return queries.invalidateQueries({ queryKey: connectorsKey(tenant), exact: true });
    },
  });
}

export function useAlterOffsets(tenant: string, name: string) {
  return useChange(tenant, (offsets: OffsetBody[]) =>
    request<unknown>("PATCH", paths.connectorOffsets(tenant, name), { body: { offsets } }),
  );
}

export function useResetConnectorOffsets(tenant: string, name: string) {
  return useChange(tenant, () => request<unknown>("DELETE", paths.connectorOffsets(tenant, name)));
}
