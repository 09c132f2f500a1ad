import { Stack, Text, Title } from "@mantine/core";
import { useRouter, useSearch } from "@tanstack/react-router";
import { useEffect } from "react";

import { useSession } from "../api/hooks/session";
import { Mark } from "../components/Mark";
import { SignInForm } from "../components/SignInForm";
import { Streams } from "../components/Streams";
import { ThemeToggle } from "../components/ThemeToggle";
import classes from "./SignIn.module.css";

export function SignIn() {
  const { next } = useSearch({ from: "/login" });
  const router = useRouter();
  const session = useSession();
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
      <div
        className={classes.card}
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
          <SignInForm />
        </Stack>
      </div>
    </main>
  );
}

/** Only an address of this console is followed, never one that a link smuggled in. */
function ownAddress(next: string | undefined): string {
  return next && /^\/(?![/\\])/.test(next) ? next : "/";
}
