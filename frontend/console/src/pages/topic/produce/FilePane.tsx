import { Button, FileButton, Paper, Stack, Text } from "@mantine/core";
import { useState, type DragEvent } from "react";

import { UploadIcon } from "../../../components/icons";
import { mayChange, useWorkspace } from "../../../components/Workspace";
import { glanceAt, type FileGlance } from "../../../records/fileEntries";
import { FileReview } from "./FileReview";
import { FileRun } from "./FileRun";
import classes from "./ProducePage.module.css";
import { useBulk } from "./useBulk";

/** Sends a file of records: choose it, look at how it is read, send it, see what became of it. */
export function FilePane({ topic }: { topic: string }) {
  const { tenant } = useWorkspace();
  const bulk = useBulk(tenant.cluster_id, topic);
  const [chosen, setChosen] = useState<{ file: File; glance: FileGlance } | null>(null);
  const [error, setError] = useState<string | null>(null);

  const choose = async (file: File | null | undefined) => {
    if (!file) return;
    try {
      setChosen({ file, glance: await glanceAt(file) });
      setError(null);
      bulk.reset();
    } catch (cause) {
      setError(`${file.name} cannot be read: ${(cause as Error).message}`);
    }
  };

  return (
    <div className={classes.columns} tabIndex={0} role="region" aria-label="File of records">
      <Paper className={classes.form}>
        <Stack gap="lg">
          {bulk.run.state === "none" && <Chooser onChoose={(file) => void choose(file)} />}
          {error && (
            <Text size="sm" c="var(--bad)" role="alert">
              {error}
            </Text>
          )}
          {chosen && bulk.run.state === "none" && (
            <FileReview
              key={`${chosen.file.name} ${chosen.file.lastModified}`}
              file={chosen.file}
              glance={chosen.glance}
              disabled={!mayChange(tenant)}
              onSend={(reading, startLine) => void bulk.start(chosen.file, reading, startLine)}
            />
          )}
          {chosen && bulk.run.state !== "none" && (
            <FileRun
              topic={topic}
              file={chosen.file}
              run={bulk.run}
              onStop={bulk.stop}
              onGoOn={(startLine) => void bulk.goOn(startLine)}
              onAnother={() => {
                setChosen(null);
                bulk.reset();
              }}
            />
          )}
        </Stack>
      </Paper>
      <Formats />
    </div>
  );
}

function Chooser({ onChoose }: { onChoose: (file: File | null | undefined) => void }) {
  const [over, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    onChoose(event.dataTransfer.files[0]);
  };
  return (
    <div
      className={classes.drop}
      data-over={over}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <UploadIcon size={28} />
      <Text size="sm">Drop a file of JSON lines or CSV here, or</Text>
      <FileButton onChange={onChoose} accept=".jsonl,.ndjson,.json,.csv,.tsv,.txt">
        {(props) => (
          <Button variant="default" {...props}>
            Choose a file
          </Button>
        )}
      </FileButton>
    </div>
  );
}

function Formats() {
  return (
    <section aria-label="Files that can be sent" className={classes.written}>
      <Text size="sm" fw={600} mb="xs">
        Files that can be sent
      </Text>
      <Text size="sm" c="dimmed" mb={6}>
        JSON lines: one value a line, or one record a line as the download of the records page
        writes it.
      </Text>
      <pre className={classes.example}>
        {'{"key": "k1", "value": {"a": 1},\n "headers": [["h", "x"]]}'.replace("\n", "")}
      </pre>
      <Text size="sm" c="dimmed" mt="sm" mb={6}>
        CSV with a heading: the columns key, value, partition, timestamp and header.NAME; or any
        columns, which then make an object each.
      </Text>
      <pre className={classes.example}>{"key,value,header.source\nk1,hello,web"}</pre>
      <Text size="sm" c="dimmed" mt="sm">
        The file is read and sent piece by piece, in order, so it may be large.
      </Text>
    </section>
  );
}
