import { Alert, Button, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useRouter, useSearch } from "@tanstack/react-router";
import { useEffect } from "react";

import { useSession, useSignIn } from "../api/hooks/session";
import { AlertIcon } from "../components/icons";
import { Mark } from "../components/Mark";
import { ThemeToggle } from "../components/ThemeToggle";
import classes from "./SignIn.module.css";

export function SignIn() {
  const { next } = useSearch({ from: "/login" });
  const router = useRouter();
  const session = useSession();
  const signIn = useSignIn();
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { login: "", password: "" },
    validate: {
      login: (login) => (login.trim() ? null : "Enter your login."),
      password: (password) => (password ? null : "Enter your password."),
    },
  });

  const member = session.data?.kind === "member";
  useEffect(() => {
    document.title = "Sign in · Headwater";
    if (!member) return;
    const address = ownAddress(next);
    // The back office is no page of this app.
    if (address.startsWith("/admin/")) window.location.replace(address);
    else router.history.replace(address);
  }, [member, next, router]);

  return (
    <main className={classes.page}>
      <Streams />
      <div className={classes.corner}>
        <ThemeToggle />
      </div>
      <form
        className={classes.card}
        onSubmit={form.onSubmit((credentials) => signIn.mutate(credentials))}
        // What comes next is fetched while the password is typed.
        onInput={() => void import("./SignedIn")}
      >
        <Stack gap="lg">
          <div>
            <Mark size={44} />
            <Title order={1} size="h2" mt="md">
              Sign in to Headwater
            </Title>
            <Text size="sm" c="dimmed" mt={4}>
              Topics and records of your team, as they arrive.
            </Text>
          </div>
          {signIn.isError && (
            <Alert color="red" variant="light" icon={<AlertIcon />} role="alert">
              {signIn.error.message}
            </Alert>
          )}
          <TextInput
            label="Login"
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            autoFocus
            key={form.key("login")}
            {...form.getInputProps("login")}
          />
          <PasswordInput
            label="Password"
            autoComplete="current-password"
            key={form.key("password")}
            {...form.getInputProps("password")}
          />
          <Button type="submit" fullWidth loading={signIn.isPending}>
            Sign in
          </Button>
        </Stack>
      </form>
    </main>
  );
}

/** Only an address of this console is followed, never one that a link smuggled in. */
function ownAddress(next: string | undefined): string {
  return next && /^\/(?![/\\])/.test(next) ? next : "/";
}

/** Quiet lines of water behind the form. */
function Streams() {
  const lines = Array.from({ length: 9 }, (_, index) => index);
  return (
    <svg
      className={classes.streams}
      viewBox="0 0 1200 700"
      preserveAspectRatio="xMidYMid slice"
      aria-hidden="true"
    >
      {lines.map((line) => {
        const start = 40 + line * 26;
        const end = 150 + line * 62;
        return (
          <path
            key={line}
            d={`M-20 ${start} C 320 ${start + 10}, 420 ${end + 60}, 720 ${end} S 1080 ${end + 90}, 1240 ${end + 40}`}
            opacity={0.75 - line * 0.065}
          />
        );
      })}
    </svg>
  );
}
