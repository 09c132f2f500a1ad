import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";

import { useSignIn } from "../api/hooks/session";
import { Refused } from "./states";

/** Login and password of somebody who has them. */
export function SignInForm() {
  const signIn = useSignIn();
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { login: "", password: "" },
    validate: {
      login: (login) => (login.trim() ? null : "Enter your login."),
      password: (password) => (password ? null : "Enter your password."),
    },
  });
  return (
    <form onSubmit={form.onSubmit((credentials) => signIn.mutate(credentials))}>
      <Stack gap="lg">
        <Refused error={signIn.error} />
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
  );
}
