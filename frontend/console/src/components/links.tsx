/** Mantine's looks on the router's typed links. */

import {
  Anchor,
  Button,
  NavLink,
  type AnchorProps,
  type ButtonProps,
  type NavLinkProps,
} from "@mantine/core";
import { createLink } from "@tanstack/react-router";
import type { Ref } from "react";

type WithRef<Props> = Props & { ref?: Ref<HTMLAnchorElement> };

export const TextLink = createLink((props: WithRef<AnchorProps>) => <Anchor {...props} />);
export const ButtonLink = createLink((props: WithRef<ButtonProps>) => (
  <Button component="a" {...props} />
));
export const MenuLink = createLink((props: WithRef<NavLinkProps>) => <NavLink {...props} />);
