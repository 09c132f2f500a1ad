import { Button, Group, Select, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";

import type { AuditFilter } from "../../../api/hooks/audit";
import { fromLocalTime, toLocalTime } from "../../topic/localTime";

interface Props {
  filter: AuditFilter;
  onFilter: (filter: AuditFilter) => void;
}

/** What the service looks for over the whole log; `key` it by the filter. */
export function AuditFilters({ filter, onFilter }: Props) {
  const [draft, setDraft] = useState(filter);
  const change = (part: AuditFilter) => setDraft((now) => ({ ...now, ...part }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onFilter(given(draft));
  };
  const field = (name: "by" | "action" | "object", label: string, placeholder: string) => (
    <TextInput
      size="xs"
      label={label}
      placeholder={placeholder}
      w={140}
      autoComplete="off"
      spellCheck={false}
      value={draft[name] ?? ""}
      onChange={(event) => change({ [name]: event.currentTarget.value.trim() })}
    />
  );
  const time = (name: "since" | "until", label: string) => (
    <TextInput
      size="xs"
      type="datetime-local"
      w={180}
      label={label}
      value={draft[name] ? toLocalTime(Date.parse(draft[name])).slice(0, 16) : ""}
      onChange={(event) => {
        const at = fromLocalTime(event.currentTarget.value);
        change({ [name]: at === null ? "" : new Date(at).toISOString() });
      }}
    />
  );
  const narrowed = Object.keys(given(filter)).length > 0;
  return (
    <form onSubmit={submit}>
      <Group gap="xs" mb="sm" align="flex-end">
        {field("by", "Who", "User:ada@example.com")}
        {field("action", "Did", "topic.*")}
        {field("object", "To", "orders")}
        <Select
          size="xs"
          label="Outcome"
          w={100}
          data={[
            { value: "", label: "any" },
            { value: "done", label: "done" },
            { value: "refused", label: "refused" },
          ]}
          value={draft.outcome ?? ""}
          allowDeselect={false}
          onChange={(outcome) => {
            const next: AuditFilter = { ...draft };
            if (outcome === "done" || outcome === "refused") next.outcome = outcome;
            else delete next.outcome;
            setDraft(next);
            onFilter(given(next));
          }}
        />
        {time("since", "Since")}
        {time("until", "Until")}
        <Button size="xs" type="submit" variant="default">
          Search
        </Button>
        {narrowed && (
          <Button size="xs" variant="default" onClick={() => onFilter({})}>
            Clear
          </Button>
        )}
      </Group>
    </form>
  );
}

function given(filter: AuditFilter): AuditFilter {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value));
}
