import { Alert, Button, Group, Modal, Radio, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";

import { ROLES } from "../../access";
import { useAddMember, type NewMemberBody } from "../../api/hooks/members";
import { CopyField } from "../../components/Copy";
import { AlertIcon } from "../../components/icons";
import { ShownOnce } from "../../components/ShownOnce";

interface Props {
  tenant: string;
  onClose: () => void;
}

/** Adds a person; who was unknown to the service gets a password, which is shown once. */
export function AddMember({ tenant, onClose }: Props) {
  const add = useAddMember(tenant);
  const form = useForm({
    initialValues: { login: "", name: "", role: "developer" },
    validate: {
      login: (login) => (login.trim() ? null : "Enter the login that they will sign in with."),
    },
  });
  const submit = form.onSubmit(({ login, name, role }) => {
    const body: NewMemberBody = { login: login.trim(), role };
    if (name.trim()) body.name = name.trim();
    add.mutate(body);
  });
  return (
    <Modal opened onClose={onClose} title={add.data ? "Member added" : "Add member"} centered>
      {add.data ? (
        <Stack gap="md">
          <CopyField label="Login" value={add.data.login} />
          {add.data.password ? (
            <ShownOnce what="their password" label="Password" secret={add.data.password} />
          ) : (
            <Text size="sm">They sign in with the password that they have already.</Text>
          )}
          <Group justify="flex-end">
            <Button onClick={onClose}>Done</Button>
          </Group>
        </Stack>
      ) : (
        <form onSubmit={submit}>
          <Stack gap="md">
            {add.isError && (
              <Alert color="red" variant="light" icon={<AlertIcon />} role="alert">
                {add.error.message}
              </Alert>
            )}
            <TextInput
              label="Login"
              description="Somebody who is in another tenant keeps their password."
              autoComplete="off"
              spellCheck={false}
              data-autofocus
              {...form.getInputProps("login")}
            />
            <TextInput label="Name" autoComplete="off" {...form.getInputProps("name")} />
            <Radio.Group label="Role" {...form.getInputProps("role")}>
              <Stack gap="xs" mt="xs">
                {ROLES.map(({ value, label, can }) => (
                  <Radio key={value} value={value} label={label} description={can} />
                ))}
              </Stack>
            </Radio.Group>
            <Group justify="flex-end">
              <Button variant="default" onClick={onClose}>
                Cancel
              </Button>
              <Button type="submit" loading={add.isPending}>
                Add member
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}
