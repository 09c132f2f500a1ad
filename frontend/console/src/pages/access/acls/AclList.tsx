import { Text } from "@mantine/core";

import type { NewAclBody } from "../../../api/hooks/acls";
import classes from "./acls.module.css";
import { sentenceOf } from "./words";

/** Several access control lists as sentences, for what is about to be added or deleted. */
export function AclList({ label, acls }: { label: string; acls: NewAclBody[] }) {
  return (
    <ul className={classes.sentences} aria-label={label} tabIndex={0}>
      {acls.map((acl, index) => (
        <li key={index}>
          <Text size="sm" span>
            {sentenceOf(acl)}
          </Text>
        </li>
      ))}
    </ul>
  );
}
