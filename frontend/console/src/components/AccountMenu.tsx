import { ActionIcon, Avatar, Menu, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { lazy, Suspense, useState } from "react";

import { useSignOut } from "../api/hooks/session";
import { AccountIcon, KeysIcon, SignOutIcon } from "./icons";
import { useWorkspace } from "./Workspace";

const ChangePassword = lazy(() =>
  import("./ChangePassword").then(({ ChangePassword }) => ({ default: ChangePassword })),
);

export function AccountMenu() {
  const { user, tenant } = useWorkspace();
  const signOut = useSignOut();
  const leave = () =>
    signOut.mutate(undefined, {
      onError: (error) =>
        notifications.show({ color: "red", title: "Still signed in", message: error.message }),
    });
  const [changing, setChanging] = useState(false);
  return (
    <>
      <Menu position="bottom-end" width={220}>
        <Menu.Target>
          <ActionIcon variant="transparent" size="lg" radius="xl" aria-label="Your account">
            <Avatar size={30} color="tide" variant="light">
              <AccountIcon />
            </Avatar>
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>
            <Text size="sm" fw={600} c="var(--mantine-color-text)">
              {user.name || user.login}
            </Text>
            <Text size="xs" c="dimmed">
              {user.login} · {tenant.role}
            </Text>
          </Menu.Label>
          <Menu.Divider />
          <Menu.Item leftSection={<KeysIcon size={16} />} onClick={() => setChanging(true)}>
            Change password
          </Menu.Item>
          <Menu.Item leftSection={<SignOutIcon size={16} />} onClick={leave}>
            Sign out
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Suspense>
        {changing && <ChangePassword login={user.login} onClose={() => setChanging(false)} />}
      </Suspense>
    </>
  );
}
