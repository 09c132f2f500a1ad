import { Alert, Stack } from "@mantine/core";

import { CopyField } from "./Copy";
import { AlertIcon } from "./icons";

/** A secret, and the warning that this is the only time. */
export function ShownOnce({
  what,
  label,
  secret,
}: {
  what: string;
  label: string;
  secret: string;
}) {
  return (
    <Stack gap="sm">
      <Alert color="yellow" variant="light" icon={<AlertIcon />}>
        This is the only time that {what} is shown. It is kept nowhere: copy it now.
      </Alert>
      <CopyField label={label} value={secret} />
    </Stack>
  );
}
