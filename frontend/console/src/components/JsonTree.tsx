import { UnstyledButton } from "@mantine/core";
import { useState } from "react";

import { formatPlural } from "../records/format";
import { isJsonObject } from "../records/json";
import { previewTokens } from "../records/preview";
import classes from "./JsonTree.module.css";

// A branch with more children than this opens in slices, so a huge array cannot stall the page.
const SLICE = 200;

/** JSON as a tree whose branches open and close. The text of a record never becomes markup. */
export function JsonTree({ value }: { value: unknown }) {
  return (
    <div className={`mono ${classes.tree}`}>
      <Node name={null} value={value} depth={0} />
    </div>
  );
}

interface NodeProps {
  name: string | null;
  value: unknown;
  depth: number;
}

function Node({ name, value, depth }: NodeProps) {
  if (Array.isArray(value) || isJsonObject(value)) {
    return <Branch name={name} value={value} depth={depth} />;
  }
  return (
    <div className={classes.line}>
      <Name name={name} />
      <Leaf value={value} />
    </div>
  );
}

function Branch({ name, value, depth }: NodeProps & { value: object }) {
  const [open, setOpen] = useState(depth < 2);
  const [shown, setShown] = useState(SLICE);
  const names = Object.keys(value);
  const size = formatPlural(names.length, Array.isArray(value) ? "item" : "field");
  return (
    <div>
      <UnstyledButton
        className={classes.toggle}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <span className={classes.arrow} data-open={open} aria-hidden="true">
          ›
        </span>
        <Name name={name} />
        <span className="token-mark">
          {Array.isArray(value) ? "[ ]" : "{ }"} {size}
        </span>
      </UnstyledButton>
      {open && (
        <div className={classes.children}>
          {names.slice(0, shown).map((child) => (
            <Node
              key={child}
              name={child}
              value={(value as Record<string, unknown>)[child]}
              depth={depth + 1}
            />
          ))}
          {shown < names.length && (
            <UnstyledButton className={classes.more} onClick={() => setShown(shown + SLICE)}>
              Show more ({names.length - shown} left)
            </UnstyledButton>
          )}
        </div>
      )}
    </div>
  );
}

function Name({ name }: { name: string | null }) {
  return name === null ? null : <span className="token-name">{name}: </span>;
}

function Leaf({ value }: { value: unknown }) {
  if (typeof value === "string") return <span className="token-text">{JSON.stringify(value)}</span>;
  const [token] = previewTokens({ kind: "json", value });
  return <span className={`token-${token?.kind}`}>{token?.text}</span>;
}
