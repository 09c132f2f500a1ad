import { Button, Group, Modal, Stack, Stepper } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useMemo, useState } from "react";

import { useResetOffsets, type LagBody } from "../../api/hooks/groups";
import { Refused } from "../../components/states";
import { EMPTY_RESET, problemsOf, resetBody } from "../../groups/reset";
import { formatPlural } from "../../records/format";
import { ResetFields } from "./ResetFields";
import { ResetPreview } from "./ResetPreview";

interface Props {
  cluster: string;
  group: string;
  lags: LagBody[];
  onClose: () => void;
}

/** Resetting in two steps: what is wanted, then what it would do. Nothing moves before the second. */
export function ResetWizard({ cluster, group, lags, onClose }: Props) {
  const [step, setStep] = useState<0 | 1>(0);
  const preview = useResetOffsets(cluster, group);
  const reset = useResetOffsets(cluster, group);
  const form = useForm({ initialValues: EMPTY_RESET, validate: problemsOf });
  const topics = useMemo(() => [...new Set(lags.map(({ topic_name }) => topic_name))], [lags]);

  const look = form.onSubmit((values) => {
    reset.reset();
    preview.mutate(resetBody(values, true), { onSuccess: () => setStep(1) });
  });
  const carryOut = () =>
    reset.mutate(resetBody(form.values, false), {
      onSuccess: (rows) => {
        notifications.show({
          title: "Offsets reset",
          message: `${group}: ${formatPlural(rows.length, "partition")}`,
        });
        onClose();
      },
    });
  const error = step === 0 ? preview.error : reset.error;
  return (
    <Modal opened onClose={onClose} title={`Reset offsets of ${group}`} size="xl" centered>
      <form onSubmit={look}>
        <Stack gap="md">
          <Stepper active={step} size="sm" allowNextStepsSelect={false}>
            <Stepper.Step label="Where to" />
            <Stepper.Step label="Look, then reset" />
          </Stepper>
          <Refused error={error} />
          {step === 0 && <ResetFields form={form} topics={topics} />}
          {step === 1 && <ResetPreview rows={preview.data ?? []} />}
          <Group justify="space-between">
            <Button variant="default" onClick={step === 0 ? onClose : () => setStep(0)}>
              {step === 0 ? "Cancel" : "Back"}
            </Button>
            {step === 0 ? (
              <Button type="submit" loading={preview.isPending}>
                Preview
              </Button>
            ) : (
              <Button color="red.9" onClick={carryOut} loading={reset.isPending}>
                Reset {formatPlural(preview.data?.length ?? 0, "partition")}
              </Button>
            )}
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
