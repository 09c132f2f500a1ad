import { Container } from "@mantine/core";
import type { ErrorComponentProps } from "@tanstack/react-router";

import { Failure } from "../components/states";

/** In place of a page whose code did not come, or failed. */
export function NotShown({ error }: ErrorComponentProps) {
  return (
    <Container component="section" size="sm" py={48}>
      <Failure
        title="This page could not be shown"
        error={error instanceof Error ? error : new Error(String(error))}
        onRetry={() => window.location.reload()}
      />
    </Container>
  );
}
