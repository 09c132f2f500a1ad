import { SegmentedControl } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";

import { useRecord } from "../../../api/hooks/records";
import { Notice } from "../../../components/Notice";
import { Failure, Loading } from "../../../components/states";
import { mayChange, useWorkspace } from "../../../components/Workspace";
import { readRecordName } from "../search";
import { FilePane } from "./FilePane";
import { EMPTY_FORM, formOf } from "./newRecord";
import { RecordPane } from "./RecordPane";

const route = getRouteApi("/console/topics/$topic/produce");

const SOURCES = [
  { value: "hand", label: "One record" },
  { value: "file", label: "A file of records" },
];

/** Writes records by hand or from a file. */
export function ProducePage() {
  const { topic } = route.useParams();
  const { from, again } = route.useSearch();
  const navigate = route.useNavigate();
  const { tenant } = useWorkspace();
  const model = useRecord(tenant.cluster_id, topic, again ? readRecordName(again) : null);
  return (
    <>
      {!mayChange(tenant) && (
        <Notice tone="calm">
          Viewers cannot write records. Ask an owner of {tenant.name} for another role.
        </Notice>
      )}
      <SegmentedControl
        mb="sm"
        style={{ alignSelf: "flex-start", flex: "none" }}
        aria-label="What to send"
        data={SOURCES}
        value={from ?? "hand"}
        onChange={(next) => void navigate({ search: next === "file" ? { from: "file" } : {} })}
      />
      {from === "file" && <FilePane topic={topic} />}
      {!from && again && model.isPending && <Loading what="the record" />}
      {!from && again && model.isError && (
        <Failure title={`Record ${again} could not be read`} error={model.error} />
      )}
      {!from && (!again || model.data) && (
        <RecordPane
          key={`${topic} ${again}`}
          topic={topic}
          start={model.data && again ? formOf(model.data) : EMPTY_FORM}
        />
      )}
    </>
  );
}
