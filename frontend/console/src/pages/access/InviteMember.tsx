import { Button, Group, Modal, Radio, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";

import { ROLES } from "../../access";
import { useInvite, type IssuedInvitationBody } from "../../api/hooks/invitations";
import { CopyField } from "../../components/Copy";
import { ShownOnce } from "../../components/ShownOnce";
import { Refused } from "../../components/states";
import { When } from "../../components/When";
import { invitationLink } from "./invitationLink";

interface Props {
  tenant: string;
  onClose: () => void;
}

/** Invites a person. Nobody is told whether that login is somebody's: the link is for both. */
export function InviteMember({ tenant, onClose }: Props) {
  const invite = useInvite(tenant);
  const form = useForm({
    initialValues: { login: "", role: "developer" },
    validate: { login: (login) => (login.trim() ? null : "Enter whom you invite.") },
  });
  const submit = form.onSubmit(({ login, role }) => invite.mutate({ login: login.trim(), role }));
  return (
    <Modal
      opened
      onClose={onClose}
      title={invite.data ? "Person invited" : "Invite a person"}
      centered
    >
      {invite.data ? (
        <Invited invitation={invite.data} onClose={onClose} />
      ) : (
        <form onSubmit={submit}>
          <Stack gap="md">
            <Refused error={invite.error} />
            <TextInput
              label="Login"
              description="Who signs in here already: their login. Anybody else: a name or e-mail address."
              autoComplete="off"
              spellCheck={false}
              data-autofocus
              {...form.getInputProps("login")}
            />
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
              <Button type="submit" loading={invite.isPending}>
                Invite
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}

function Invited({
  invitation,
  onClose,
}: {
  invitation: IssuedInvitationBody;
  onClose: () => void;
}) {
  const { login, code, expires_at: expires } = invitation;
  return (
    <Stack gap="md">
      <CopyField label="Invited" value={login} />
      <ShownOnce what="the link" label="Link" secret={invitationLink(location.origin, code)} />
      <Text size="sm">
        Send it to them: whoever opens it joins, once, <When at={expires} /> at the latest. Who signs
        in as <span className="mono">{login}</span> finds the invitation in the console too.
      </Text>
      <Group justify="flex-end">
        <Button onClick={onClose}>I have copied it</Button>
      </Group>
    </Stack>
  );
}
