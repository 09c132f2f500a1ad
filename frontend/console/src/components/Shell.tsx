import {
  ActionIcon,
  AppShell,
  Burger,
  Group,
  Kbd,
  Text,
  Tooltip,
  UnstyledButton,
} from "@mantine/core";
import { useDisclosure, useHotkeys } from "@mantine/hooks";
import { Link, useLocation, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useMemo, useState, type ReactNode } from "react";

import { useEvents } from "../events/useEvents";
import { useChords } from "../keyboard/useChords";
import { PLACES, placesFor } from "../places";
import { AccountMenu } from "./AccountMenu";
import { KeyboardIcon, SearchIcon } from "./icons";
import { MenuLink } from "./links";
import { Mark } from "./Mark";
import classes from "./Shell.module.css";
import { TenantSwitcher } from "./TenantSwitcher";
import { ThemeToggle, useThemeToggle } from "./ThemeToggle";
import { useWorkspace } from "./Workspace";

const Palette = lazy(() => import("./Palette"));
const HelpSheet = lazy(() =>
  import("../keyboard/HelpSheet").then(({ HelpSheet }) => ({ default: HelpSheet })),
);

/** What stands around every signed-in page. */
export function Shell({ children }: { children: ReactNode }) {
  const [menuOpen, menu] = useDisclosure(false);
  const path = useLocation({ select: (location) => location.pathname });
  useEffect(menu.close, [path, menu.close]);
  const { tenant, user } = useWorkspace();
  const places = placesFor(tenant, user);
  useEvents(tenant.name, user.login);
  const [paletteAsked, setPaletteAsked] = useState(0);
  const openPalette = () => setPaletteAsked((times) => times + 1);
  // The shortcut types nothing, so it works while a text field has the focus as well.
  useHotkeys([["mod+K", openPalette]], []);
  const [helpOpen, help] = useDisclosure(false);
  useShortcuts(help.open);
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
            <Tooltip label="Keyboard shortcuts (?)">
              <ActionIcon
                variant="subtle"
                color="gray"
                size="lg"
                visibleFrom="sm"
                onClick={help.open}
                aria-label="Keyboard shortcuts"
              >
                <KeyboardIcon />
              </ActionIcon>
            </Tooltip>
            <ThemeToggle />
            <AccountMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="sm" className={classes.navbar} aria-label="Pages">
        {places.map(({ to, label, icon, under }, index) => (
          <div key={to}>
            {under && under !== places[index - 1]?.under && (
              <Text size="xs" c="dimmed" fw={600} className={classes.heading}>
                {under}
              </Text>
            )}
            <MenuLink
              to={to}
              label={label}
              leftSection={icon}
              activeOptions={{ exact: to === "/", includeSearch: false }}
              activeProps={{ active: true }}
              className={classes.link}
            />
          </div>
        ))}
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1} className={classes.main}>
        {children}
      </AppShell.Main>
      <Suspense>
        {paletteAsked > 0 && <Palette asked={paletteAsked} onHelp={help.open} />}
        {helpOpen && <HelpSheet onClose={help.close} />}
      </Suspense>
    </AppShell>
  );
}

/** Keys that work on every page. */
function useShortcuts(onHelp: () => void): void {
  const navigate = useNavigate();
  const { toggle } = useThemeToggle();
  const chords = useMemo(() => {
    const found = new Map<string, () => void>([
      ["?", onHelp],
      ["d", toggle],
    ]);
    for (const { key, to } of PLACES) found.set(`g ${key}`, () => void navigate({ to }));
    return found;
  }, [navigate, toggle, onHelp]);
  useChords(chords);
}

function isApple(): boolean {
  return /Mac|iPhone|iPad/.test(navigator.userAgent);
}
