import { memo } from "react";

import { previewTokens, type Picked } from "../records/preview";
import type { Field } from "../records/record";

interface Props {
  field: Field | null;
  picked?: Picked;
}

/** A field on one line. Whatever its bytes say, they only ever become text nodes. */
export const FieldPreview = memo(function FieldPreview({ field, picked }: Props) {
  return previewTokens(field, picked).map((token, index) => (
    <span key={index} className={`token-${token.kind}`}>
      {token.text}
    </span>
  ));
});
