import { Button, CopyButton } from "@mantine/core";
import { useRouter, type LinkProps } from "@tanstack/react-router";

import { CheckIcon, LinkIcon } from "./icons";

type Props = Pick<LinkProps, "to" | "params" | "search"> & { what: string };

/** Copies the address of a page, whole, so that it can be sent to somebody. */
export function LinkCopy({ what, ...target }: Props) {
  const router = useRouter();
  const { href } = router.buildLocation(target as Parameters<typeof router.buildLocation>[0]);
  return (
    <CopyButton value={`${window.location.origin}${href}`} timeout={1_500}>
      {({ copied, copy }) => (
        <Button
          size="compact-sm"
          variant="default"
          leftSection={copied ? <CheckIcon size={14} /> : <LinkIcon size={14} />}
          onClick={copy}
          aria-label={copied ? "Copied the link" : `Copy link to ${what}`}
        >
          {copied ? "Copied" : "Copy link"}
        </Button>
      )}
    </CopyButton>
  );
}
