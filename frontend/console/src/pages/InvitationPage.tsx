import {
  Anchor,
  Button,
  PasswordInput,
  SegmentedControl,
  Stack,
  Text,
  TextInput,
  Title,
} from "@mantine/core";
import { useForm } from "@mantine/form";
import { useLocation, useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";

import {
  useAccept,
  useJoin,
  useShownInvitation,
  type ShownInvitationBody,
} from "../api/hooks/invitations";
import { useSession, useSignOut } from "../api/hooks/session";
import { Mark } from "../components/Mark";
import { SignInForm } from "../components/SignInForm";
import { Failure, Loading, Refused } from "../components/states";
import { Streams } from "../components/Streams";
import { ThemeToggle } from "../components/ThemeToggle";
import { proposedName } from "./access/invitationLink";
import classes from "./SignIn.module.css";

/** Where an invitation's link leads: whoever has or makes a login joins the tenant. */
export function InvitationPage() {
  const code = useLocation({ select: ({ hash }) => hash });
  const invitation = useShownInvitation(code);
  useEffect(() => {
    document.title = "Invitation · Headwater";
  }, []);
  return (
    <main className={classes.page}>
      <Streams />
      <div className={classes.corner}>
        <ThemeToggle />
      </div>
      <div className={classes.card}>
        <Stack gap="lg">
          <Mark size={44} />
          {invitation.data ? (
            <Invited code={code} invitation={invitation.data} />
          ) : invitation.isFetching ? (
            <Loading what="the invitation" />
          ) : (
            <Failure
              title="This link invites nobody"
              error={invitation.error ?? new Error("Its code is missing: copy the whole link.")}
            />
          )}
        </Stack>
      </div>
    </main>
  );
}

interface Props {
  code: string;
  invitation: ShownInvitationBody;
}

function Invited({ code, invitation }: Props) {
  const { tenant, role, invited_by: by } = invitation;
  const session = useSession();
  const navigate = useNavigate();
  const enter = () => void navigate({ to: "/", search: { tenant } });
  const accept = useAccept(enter);
  const join = useJoin(enter);
  const [has, setHas] = useState("new");
  if (accept.isSuccess || join.isSuccess) return <Loading what="the console" />;
  return (
    <>
      <div>
        <Title order={1} size="h2">
          Join {tenant}
        </Title>
        <Text size="sm" c="dimmed" mt={4}>
          {by.replace(/^User:@?/, "")} invites you as {role}.
        </Text>
      </div>
      {session.data?.kind === "member" ? (
        <Accept
          tenant={tenant}
          login={session.data.user.login}
          accept={accept}
          onJoin={() => accept.mutate({ code })}
        />
      ) : (
        <>
          <SegmentedControl
            fullWidth
            aria-label="Whether you have a login"
            value={has}
            onChange={setHas}
            data={[
              { value: "new", label: "I am new here" },
              { value: "known", label: "I have a login" },
            ]}
          />
          {has === "known" ? (
            <SignInForm />
          ) : (
            <NewPerson code={code} invitation={invitation} join={join} />
          )}
        </>
      )}
    </>
  );
}

interface AcceptProps {
  tenant: string;
  login: string;
  accept: ReturnType<typeof useAccept>;
  onJoin: () => void;
}

function Accept({ tenant, login, accept, onJoin }: AcceptProps) {
  const signOut = useSignOut();
  return (
    <Stack gap="md">
      <Refused error={accept.error} />
      <Text size="sm">
        You are signed in as <strong>{login}</strong>.{" "}
        <Anchor component="button" type="button" size="sm" onClick={() => signOut.mutate()}>
          That is not me
        </Anchor>
      </Text>
      <Button fullWidth loading={accept.isPending} onClick={onJoin}>
        Join {tenant}
      </Button>
    </Stack>
  );
}

function NewPerson({ code, invitation, join }: Props & { join: ReturnType<typeof useJoin> }) {
  const { tenant, login } = invitation;
  const form = useForm({
    initialValues: { name: proposedName(login), full: "", password: "", again: "" },
    validate: {
      name: (name) => (name.trim() ? null : "Enter what to sign in with."),
      password: (password) => (password ? null : "Enter a password."),
      again: (again, { password }) => (again === password ? null : "The two differ."),
    },
  });
  const submit = form.onSubmit(({ name, full, password }) =>
    join.mutate({ code, name: name.trim(), password, full_name: full.trim() }),
  );
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <Refused error={join.error} />
        <TextInput
          label="Login"
          description={`You will sign in as ${form.values.name.trim() || "…"}@${tenant}.`}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          {...form.getInputProps("name")}
        />
        <TextInput label="Name" autoComplete="name" {...form.getInputProps("full")} />
        <PasswordInput
          label="Password"
          autoComplete="new-password"
          {...form.getInputProps("password")}
        />
        <PasswordInput
          label="Password once more"
          autoComplete="new-password"
          {...form.getInputProps("again")}
        />
        <Button type="submit" fullWidth loading={join.isPending}>
          Join {tenant}
        </Button>
      </Stack>
    </form>
  );
}
