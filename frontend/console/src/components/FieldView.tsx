import { ActionIcon, Button, Group, SegmentedControl, Text, Tooltip } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useEffect, useRef, useState } from "react";

import { hexLines } from "../records/hex";
import { formatBytes } from "../records/format";
import { parseWrittenJson, stringifyJson } from "../records/json";
import { fieldBytes, type Field } from "../records/record";
import { Copy } from "./Copy";
import classes from "./FieldView.module.css";
import { DownloadIcon } from "./icons";
import { JsonTree } from "./JsonTree";
import { Notice } from "./Notice";
import { saveFile } from "./save";

const VIEWS = {
  json: ["Tree", "Pretty", "Hex"],
  text: ["Text", "Hex"],
  bytes: ["Hex"],
} as const;

type View = "Tree" | "Pretty" | "Text" | "Hex";

const HEX_BYTES = 4 * 1024;
// What the drawer has room for, with the letters beside it.
const HEX_PER_LINE = 8;
// A field of many megabytes is cut: nobody reads it here, and laying it out would take seconds.
const TEXT_CHARACTERS = 200_000;

/** How to come by all of a field of which only the beginning is here. */
export interface WholeField {
  loading: boolean;
  error: Error | null;
  onLoad: () => void;
}

interface Props {
  what: string;
  field: Field | null;
  /** Begins the name of a file that the field is saved to. */
  fileName?: string | undefined;
  whole?: WholeField | undefined;
  /** Fetches the field as it was written, where what is here was read as JSON and is so no more. */
  asBytes?: (() => Promise<Uint8Array>) | undefined;
}

/** A key, value or header in full, in the forms that suit what it is. */
export function FieldView({ what, field, fileName, whole, asBytes }: Props) {
  const [wanted, setWanted] = useState<View>("Tree");
  if (field === null) {
    return (
      <Text size="sm" c="dimmed">
        {what === "Value" ? "Null: this record is a tombstone." : `${what}: null.`}
      </Text>
    );
  }
  const parsed = parsedText(field);
  const views: readonly View[] = VIEWS[parsed.kind];
  const view = views.includes(wanted) ? wanted : views[0]!;
  const text = plainText(parsed);
  const written = field.kind === "json" ? asBytes : undefined;
  return (
    <div>
      <Group justify="space-between" mb="sm" wrap="nowrap">
        <Group gap="sm">
          {views.length > 1 && (
            <SegmentedControl
              size="xs"
              aria-label={`${what} as`}
              data={[...views]}
              value={view}
              onChange={(next) => setWanted(next as View)}
            />
          )}
          <Text size="xs" c="dimmed">
            {formatBytes(field.whole ?? fieldBytes(field).length)}
          </Text>
        </Group>
        {field.whole === undefined && (
          <Group gap={2} wrap="nowrap">
            <Copy text={text} what={what.toLowerCase()} />
            {fileName && (
              <Download
                what={what.toLowerCase()}
                fileName={`${fileName}.${EXTENSIONS[parsed.kind]}`}
                bytes={written ?? (() => Promise.resolve(fieldBytes(field)))}
              />
            )}
          </Group>
        )}
      </Group>
      {field.whole !== undefined && <Beginning field={field} whole={whole} />}
      <div className={classes.box} tabIndex={0} role="region" aria-label={`${what}, ${view}`}>
        {view === "Tree" && parsed.kind === "json" && <JsonTree value={parsed.value} />}
        {(view === "Pretty" || view === "Text") && <pre className={classes.text}>{cut(text)}</pre>}
        {view === "Hex" &&
          (written ? <WrittenBytes bytes={written} /> : <HexDump bytes={fieldBytes(field)} />)}
      </div>
    </div>
  );
}

const EXTENSIONS = { json: "json", text: "txt", bytes: "bin" } as const;

interface DownloadProps {
  what: string;
  fileName: string;
  bytes: () => Promise<Uint8Array>;
}

function Download({ what, fileName, bytes }: DownloadProps) {
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    try {
      saveFile(fileName, [new Uint8Array(await bytes())]);
    } catch (error) {
      const message = (error as Error).message;
      notifications.show({ color: "red", title: `The ${what} was not downloaded`, message });
    } finally {
      setBusy(false);
    }
  };
  return (
    <Tooltip label={`Download ${what}`}>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={`Download ${what}`}
        loading={busy}
        onClick={() => void save()}
      >
        <DownloadIcon size={16} />
      </ActionIcon>
    </Tooltip>
  );
}

/** A dump of what was written, once it has been fetched. */
function WrittenBytes({ bytes }: { bytes: () => Promise<Uint8Array> }) {
  const [found, setFound] = useState<Uint8Array | Error | null>(null);
  const fetched = useRef(bytes);
  useEffect(() => {
    let shown = true;
    fetched.current().then(
      (all) => shown && setFound(all),
      (error: Error) => shown && setFound(error),
    );
    return () => {
      shown = false;
    };
  }, []);
  if (found === null) {
    return (
      <Text size="sm" c="dimmed" role="status">
        Reading its bytes…
      </Text>
    );
  }
  if (found instanceof Error) {
    return (
      <Text size="sm" c="var(--bad)" role="alert">
        Its bytes could not be read: {found.message}
      </Text>
    );
  }
  return <HexDump bytes={found} />;
}

/** A long field comes cut; the rest is fetched when somebody wants it. */
function Beginning({ field, whole }: { field: Field; whole: WholeField | undefined }) {
  return (
    <Notice tone="calm">
      <Group justify="space-between" gap="sm">
        <Text size="sm">
          Only the first {formatBytes(fieldBytes(field).length)} of{" "}
          {formatBytes(field.whole ?? 0)} are here.
        </Text>
        {whole && (
          <Button size="compact-sm" variant="default" loading={whole.loading} onClick={whole.onLoad}>
            Load all of it
          </Button>
        )}
      </Group>
      {whole?.error && (
        <Text size="sm" c="var(--bad)" mt={4} role="alert">
          {whole.error.message}
        </Text>
      )}
    </Notice>
  );
}

function HexDump({ bytes }: { bytes: Uint8Array }) {
  return (
    <>
      <pre className={classes.hex}>
        {hexLines(bytes, HEX_BYTES, HEX_PER_LINE).map((line) => (
          <div key={line.address}>
            <span className="token-mark">{line.address}</span>
            {"  "}
            {line.hex}
            {"  "}
            <span className="token-name">{line.ascii}</span>
          </div>
        ))}
      </pre>
      {bytes.length > HEX_BYTES && (
        <Text size="xs" c="dimmed" mt="xs">
          The first {formatBytes(HEX_BYTES)} of {formatBytes(bytes.length)}.
        </Text>
      )}
    </>
  );
}

/** Text that is a JSON object or array is worth a tree as well. */
function parsedText(field: Field): Field {
  if (field.kind !== "text" || field.whole !== undefined || !/^\s*[[{]/.test(field.text)) return field;
  try {
    return { kind: "json", value: parseWrittenJson(field.text) };
  } catch {
    return field;
  }
}

function plainText(field: Field): string {
  if (field.kind === "text") return field.text;
  if (field.kind === "json") return stringifyJson(field.value, 2);
  return hexLines(field.bytes, field.bytes.length)
    .map(({ hex }) => hex.trim())
    .join(" ");
}

function cut(text: string): string {
  return text.length > TEXT_CHARACTERS ? `${text.slice(0, TEXT_CHARACTERS)}\n…` : text;
}
