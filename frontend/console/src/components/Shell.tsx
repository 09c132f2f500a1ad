import { AppShell, Burger, Group, Kbd, Text, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Link, useLocation } from "@tanstack/react-router";
import { useEffect, type ReactNode } from "react";

import { AccountMenu } from "./AccountMenu";
import { OverviewIcon, SearchIcon, TopicsIcon } from "./icons";
import { MenuLink } from "./links";
import { Mark } from "./Mark";
import { openPalette, Palette } from "./Palette";
import classes from "./Shell.module.css";
import { TenantSwitcher } from "./TenantSwitcher";
import { ThemeToggle } from "./ThemeToggle";

/** What stands around every signed-in page. */
export function Shell({ children }: { children: ReactNode }) {
  const [menuOpen, menu] = useDisclosure(false);
  const path = useLocation({ select: (location) => location.pathname });
  useEffect(menu.close, [path, menu.close]);
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 208, breakpoint: "sm", collapsed: { mobile: !menuOpen } }}
      padding={{ base: "md", md: "lg" }}
    >
      <a className="skip-link" href="#main">
        Skip to the page
      </a>
      <AppShell.Header className={classes.header}>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger
              opened={menuOpen}
              onClick={menu.toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={menuOpen ? "Close the menu" : "Open the menu"}
            />
            <Link to="/" className={classes.brand} aria-label="Headwater, to the overview">
              <Mark size={28} />
              <Text span fw={650} visibleFrom="xs">
                Headwater
              </Text>
            </Link>
            <TenantSwitcher />
          </Group>
          <Group gap={6} wrap="nowrap">
            <UnstyledButton className={classes.search} onClick={openPalette}>
              <SearchIcon size={16} />
              <span className={classes.searchWord}>Search</span>
              <Kbd size="xs" visibleFrom="sm" aria-hidden="true">
                {isApple() ? "⌘" : "Ctrl"} K
              </Kbd>
            </UnstyledButton>
            <ThemeToggle />
            <AccountMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="sm" className={classes.navbar} aria-label="Pages">
        <MenuLink
          to="/"
          label="Overview"
          leftSection={<OverviewIcon />}
          activeOptions={{ exact: true, includeSearch: false }}
          activeProps={{ active: true }}
          className={classes.link}
        />
        <MenuLink
          to="/topics"
          label="Topics"
          leftSection={<TopicsIcon />}
          activeOptions={{ includeSearch: false }}
          activeProps={{ active: true }}
          className={classes.link}
        />
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1} className={classes.main}>
        {children}
      </AppShell.Main>
      <Palette />
    </AppShell>
  );
}

function isApple(): boolean {
  return /Mac|iPhone|iPad/.test(navigator.userAgent);
}
