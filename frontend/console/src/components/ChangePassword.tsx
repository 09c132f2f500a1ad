import { Button, Group, Modal, PasswordInput, Stack } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";

import { useChangePassword } from "../api/hooks/session";
import { Refused } from "./states";

/** The person's own password, for which the present one is asked. */
export function ChangePassword({ login, onClose }: { login: string; onClose: () => void }) {
  const change = useChangePassword();
  const form = useForm({
    initialValues: { current: "", fresh: "", again: "" },
    validate: {
      current: (password) => (password ? null : "Enter the password that you sign in with."),
      fresh: (password) => (password ? null : "Enter a new password."),
      again: (password, { fresh }) => (password === fresh ? null : "This is not the same."),
    },
  });
  const submit = form.onSubmit(({ current, fresh }) =>
    change.mutate(
      { current, new: fresh },
      {
        onSuccess: () => {
          notifications.show({
            title: "Password changed",
            message: "Wherever else you were signed in, you are not any more.",
          });
          onClose();
        },
      },
    ),
  );
  return (
    <Modal opened onClose={onClose} title="Change password" centered>
      <form onSubmit={submit}>
        <Stack gap="md">
          <Refused error={change.error} />
          {/* For password managers, which need to know whose it is. */}
          <input type="text" name="username" autoComplete="username" value={login} readOnly hidden />
          <PasswordInput
            label="Present password"
            autoComplete="current-password"
            data-autofocus
            {...form.getInputProps("current")}
          />
          <PasswordInput
            label="New password"
            autoComplete="new-password"
            {...form.getInputProps("fresh")}
          />
          <PasswordInput
            label="New password again"
            autoComplete="new-password"
            {...form.getInputProps("again")}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={change.isPending}>
              Change password
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
