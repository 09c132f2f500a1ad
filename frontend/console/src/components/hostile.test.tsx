import { MantineProvider } from "@mantine/core";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";

import type { Field, StreamRecord } from "../records/record";
import { FieldPreview } from "./FieldPreview";
import { JsonTree } from "./JsonTree";
import { RecordInspector } from "./RecordInspector";

const MARKUP = '<img src=x onerror="alert(1)"><script>alert(1)</script>';

const FIELDS: Field[] = [
  { kind: "text", text: MARKUP },
  { kind: "json", value: { [MARKUP]: [MARKUP, { [MARKUP]: MARKUP }] } },
  { kind: "bytes", bytes: new TextEncoder().encode(MARKUP) },
];

function expectOnlyText(html: string): void {
  expect(html).not.toMatch(/<(img|script)/i);
}

describe("records whose bytes are markup", () => {
  it.each(FIELDS)("preview $kind as text", (field) => {
    expectOnlyText(renderToStaticMarkup(<FieldPreview field={field} />));
  });

  it("show as text in the tree", () => {
    const html = renderToStaticMarkup(
      <MantineProvider>
        <JsonTree value={{ [MARKUP]: MARKUP }} />
      </MantineProvider>,
    );
    expectOnlyText(html);
    expect(html).toContain("&lt;script&gt;");
  });

  it.each(FIELDS)("show $kind as text in the inspector", (field) => {
    const record: StreamRecord = {
      partition: 0,
      offset: "1",
      timestamp: null,
      key: field,
      value: field,
      headers: [{ name: MARKUP, value: field }],
      size: null,
    };
    const html = renderToStaticMarkup(
      <MantineProvider>
        <RecordInspector record={record} onClose={() => undefined} />
      </MantineProvider>,
    );
    expectOnlyText(html);
    expect(html).toContain("&lt;");
  });
});
