import { Button, Group, Modal, Select, Stack, Text } from "@mantine/core";
import { useState } from "react";

import { useRotateApiKey, type ApiKeyBody } from "../../../api/hooks/apiKeys";
import { CopyField } from "../../../components/Copy";
import { ShownOnce } from "../../../components/ShownOnce";
import { Refused } from "../../../components/states";

const HOUR = 3_600;
const OVERLAPS = [
  { value: "0", label: "at once" },
  { value: String(HOUR), label: "in an hour" },
  { value: String(24 * HOUR), label: "in a day" },
  { value: String(7 * 24 * HOUR), label: "in a week" },
];

interface Props {
  tenant: string;
  apiKey: ApiKeyBody;
  onClose: () => void;
}

/** A new key in place of an old one; both log in until the old one ends. */
export function RotateKey({ tenant, apiKey, onClose }: Props) {
  const rotate = useRotateApiKey(tenant);
  const [overlap, setOverlap] = useState(String(24 * HOUR));
  const made = rotate.data;
  return (
    <Modal
      opened
      onClose={onClose}
      title={made ? "Key rotated" : "Rotate API key"}
      closeOnClickOutside={!made}
      closeOnEscape={!made}
      centered
    >
      <Stack gap="md">
        <Refused error={rotate.error} />
        {made ? (
          <>
            <CopyField label="Key" value={made.key_id} />
            <ShownOnce what="the secret" label="Secret" secret={made.secret} />
            <Group justify="flex-end">
              <Button onClick={onClose}>I have copied it</Button>
            </Group>
          </>
        ) : (
          <>
            <Text size="sm">
              A new key is issued for the same account, kept to the same names. Give it to the
              program before <span className="mono">{apiKey.key_id}</span> ends.
            </Text>
            <Select
              label="The old key ends"
              data={OVERLAPS}
              value={overlap}
              allowDeselect={false}
              onChange={(chosen) => chosen !== null && setOverlap(chosen)}
            />
            <Group justify="flex-end">
              <Button variant="default" onClick={onClose}>
                Cancel
              </Button>
              <Button
                loading={rotate.isPending}
                onClick={() =>
                  rotate.mutate({ key: apiKey.key_id, overlap_seconds: Number(overlap) })
                }
              >
                Rotate
              </Button>
            </Group>
          </>
        )}
      </Stack>
    </Modal>
  );
}
