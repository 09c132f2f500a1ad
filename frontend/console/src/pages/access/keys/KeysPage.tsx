import { ActionIcon, Group, SegmentedControl, Text, Tooltip } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo, useState } from "react";

import { may, refusal } from "../../../access";
import { useApiKeys, useRevokeApiKey, type ApiKeyBody } from "../../../api/hooks/apiKeys";
import { ConfirmByName } from "../../../components/ConfirmByName";
import { Copy } from "../../../components/Copy";
import { PlusIcon, RefreshIcon } from "../../../components/icons";
import { ListFilter } from "../../../components/ListFilter";
import { NotOffered } from "../../../components/NotOffered";
import { OfferedButton } from "../../../components/Offered";
import { PageHeader } from "../../../components/PageHeader";
import { RemoveButton } from "../../../components/RemoveButton";
import { Empty, Unanswered } from "../../../components/states";
import { VirtualTable, type Column } from "../../../components/VirtualTable";
import { When } from "../../../components/When";
import { useCreating } from "../../../components/useCreating";
import { useWorkspace } from "../../../components/Workspace";
import { formatCount } from "../../../records/format";
import classes from "../../list.module.css";
import { IssueKey } from "./IssueKey";
import { restrictionWords } from "../../../keys/restriction";
import { RotateKey } from "./RotateKey";

const route = getRouteApi("/console/keys");

export function KeysPage() {
  const { account } = route.useSearch();
  const { tenant } = useWorkspace();
  const manages = may(tenant, "ADMINISTER");
  const keys = useApiKeys(tenant.name, manages);
  const [filter, setFilter] = useState(account ?? "");
  const [which, setWhich] = useState<"active" | "all">("active");
  const [issuing, setIssuing] = useCreating();
  const [revoking, setRevoking] = useState<ApiKeyBody | null>(null);
  const [rotating, setRotating] = useState<ApiKeyBody | null>(null);
  const columns = useMemo(() => columnsFor(manages, setRotating, setRevoking), [manages]);
  const shown = useMemo(() => {
    const wanted = filter.trim().toLowerCase();
    return (keys.data ?? [])
      .filter(({ state }) => which === "all" || state === "active")
      .filter((key) => wordsOf(key).includes(wanted));
  }, [keys.data, filter, which]);
  const active = (keys.data ?? []).filter(({ state }) => state === "active").length;
  const denied = refusal(tenant, "ADMINISTER", "see and issue keys");
  if (denied) {
    return (
      <>
        <PageHeader title="API keys" />
        <NotOffered title="API keys are not shown to you" why={denied} />
      </>
    );
  }
  return (
    <div className={classes.page}>
      <PageHeader
        title="API keys"
        subtitle={
          keys.data &&
          `${formatCount(active)} in force, ${formatCount(keys.data.length - active)} expired or revoked`
        }
        actions={
          <OfferedButton
            shortcut="c"
            leftSection={<PlusIcon size={16} />}
            refusal={refusal(tenant, "ADMINISTER", "issue keys")}
            onClick={() => setIssuing(true)}
          >
            Issue key
          </OfferedButton>
        }
      />
      <Unanswered query={keys} what="API keys" />
      {keys.data?.length === 0 && (
        <Empty title="No API keys yet">
          A key and its secret are what a program logs in with: to Kafka, REST and websockets alike.
          The secret is shown once, when the key is issued.
        </Empty>
      )}
      {keys.data && keys.data.length > 0 && (
        <>
          <Group mb="sm">
            <ListFilter
              label="Filter keys by key, account or person"
              value={filter}
              onChange={setFilter}
            />
            <SegmentedControl
              size="xs"
              aria-label="Which keys"
              data={[
                { value: "active", label: "In force" },
                { value: "all", label: "All" },
              ]}
              value={which}
              onChange={(chosen) => setWhich(chosen as "active" | "all")}
            />
          </Group>
          <VirtualTable
            label="API keys"
            rows={shown}
            columns={columns}
            rowId={({ key_id }) => key_id}
            rowHeight={52}
            minWidth={1_060}
          />
        </>
      )}
      {issuing && manages && <IssueKey tenant={tenant} onClose={() => setIssuing(false)} />}
      {rotating && (
        <RotateKey tenant={tenant.name} apiKey={rotating} onClose={() => setRotating(null)} />
      )}
      {revoking && (
        <Revoke tenant={tenant.name} apiKey={revoking} onClose={() => setRevoking(null)} />
      )}
    </div>
  );
}

function wordsOf(key: ApiKeyBody): string {
  const { key_id, principal, service_account, created_by, description = "" } = key;
  const restriction = restrictionWords(key.restriction);
  const words = [key_id, principal, service_account, created_by, description, restriction];
  return words.join(" ").toLowerCase();
}

const TONES = { active: "good", expired: "warn", revoked: "idle" } as const;
const STATES = { active: "in force", expired: "expired", revoked: "revoked" } as const;

function columnsFor(
  manages: boolean,
  onRotate: (key: ApiKeyBody) => void,
  onRevoke: (key: ApiKeyBody) => void,
): Column<ApiKeyBody>[] {
  return [
    {
      id: "key",
      header: "Key",
      width: "minmax(210px, 1.4fr)",
      by: ({ key_id }) => key_id,
      cell: ({ key_id }) => (
        <>
          <span className="mono" style={{ fontSize: 13 }}>
            {key_id}
          </span>
          <Copy text={key_id} what={`key ${key_id}`} />
        </>
      ),
    },
    {
      id: "account",
      header: "Logs in as",
      width: "minmax(160px, 1.2fr)",
      by: ({ service_account }) => service_account ?? "",
      cell: ({ service_account, principal, description, restriction }) => {
        const more = [description, restrictionWords(restriction)].filter(Boolean).join(" · ");
        return (
          <div>
            <Text size="sm" truncate title={principal}>
              {service_account ?? "the tenant's administrator"}
            </Text>
            {more && (
              <Text size="xs" c="dimmed" truncate title={more}>
                {more}
              </Text>
            )}
          </div>
        );
      },
    },
    {
      id: "state",
      header: "State",
      width: "110px",
      by: ({ state }) => state,
      cell: ({ state }) => (
        <span className={classes.state} data-tone={TONES[state]}>
          {STATES[state] ?? state}
        </span>
      ),
    },
    {
      id: "issued",
      header: "Issued",
      width: "120px",
      by: ({ created_at }) => created_at,
      cell: ({ created_at }) => <When at={created_at} />,
    },
    {
      id: "by",
      header: "By",
      width: "minmax(100px, 1fr)",
      by: ({ created_by }) => created_by,
      cell: ({ created_by }) => <span>{created_by ?? "–"}</span>,
    },
    {
      id: "used",
      header: "Last used",
      width: "130px",
      by: ({ last_used_at }) => last_used_at ?? null,
      cell: ({ last_used_at, last_used_from }) =>
        last_used_at ? (
          <div title={last_used_from ? `from ${last_used_from}` : undefined}>
            <When at={last_used_at} />
          </div>
        ) : (
          <span>never</span>
        ),
    },
    {
      id: "ends",
      header: "Ends",
      width: "130px",
      by: ({ revoked_at, expires_at }) => revoked_at ?? expires_at,
      cell: ({ revoked_at, expires_at }) =>
        (revoked_at ?? expires_at) ? <When at={revoked_at ?? expires_at} /> : <span>never</span>,
    },
    {
      id: "actions",
      header: "Actions",
      unseen: true,
      width: "96px",
      align: "right",
      cell: (key) =>
        manages &&
        key.state === "active" && (
          <Group gap={4} wrap="nowrap" justify="flex-end">
            {key.service_account !== null && (
              <Tooltip label={`Rotate key ${key.key_id}`}>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={`Rotate key ${key.key_id}`}
                  onClick={() => onRotate(key)}
                >
                  <RefreshIcon size={16} />
                </ActionIcon>
              </Tooltip>
            )}
            <RemoveButton label={`Revoke key ${key.key_id}`} onClick={() => onRevoke(key)} />
          </Group>
        ),
    },
  ];
}

interface RevokeProps {
  tenant: string;
  apiKey: ApiKeyBody;
  onClose: () => void;
}

function Revoke({ tenant, apiKey, onClose }: RevokeProps) {
  const revoke = useRevokeApiKey(tenant);
  return (
    <ConfirmByName
      title="Revoke API key"
      name={apiKey.key_id}
      warning="What logged in with it is cut off within five seconds, on open connections too. A revoked key never comes back."
      verb="Revoke key"
      busy={revoke.isPending}
      error={revoke.error}
      onClose={onClose}
      onConfirm={() =>
        revoke.mutate(apiKey.key_id, {
          onSuccess: () => {
            notifications.show({ title: "Key revoked", message: apiKey.key_id });
            onClose();
          },
        })
      }
    />
  );
}
