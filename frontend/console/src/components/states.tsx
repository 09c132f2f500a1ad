/** What a page shows instead of its data: still loading, nothing there, or an error. */

import { Alert, Button, Center, Loader, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

import { AlertIcon, RefreshIcon } from "./icons";

export function Loading({ what }: { what: string }) {
  return (
    <Center py={64} role="status">
      <Stack align="center" gap="sm">
        <Loader size="sm" />
        <Text size="sm" c="dimmed">
          Loading {what}…
        </Text>
      </Stack>
    </Center>
  );
}

interface EmptyProps {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}

export function Empty({ title, children, action }: EmptyProps) {
  return (
    <Center py={64} px="md">
      <Stack align="center" gap="xs" maw={420}>
        <Title order={2} size="h4" ta="center">
          {title}
        </Title>
        <Text size="sm" c="dimmed" ta="center">
          {children}
        </Text>
        {action}
      </Stack>
    </Center>
  );
}

interface FailureProps {
  title: string;
  error: Error;
  onRetry?: () => void;
}

/** The service's own words, with a way to ask again. */
export function Failure({ title, error, onRetry }: FailureProps) {
  return (
    <Alert color="red" variant="light" icon={<AlertIcon />} title={title} role="alert">
      <Stack gap="sm" align="flex-start">
        <Text size="sm">{error.message}</Text>
        {onRetry && (
          <Button
            size="xs"
            variant="default"
            leftSection={<RefreshIcon size={14} />}
            onClick={onRetry}
          >
            Try again
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

interface UnansweredProps {
  query: { isPending: boolean; error: Error | null; refetch: () => unknown };
  what: string;
}

/** Beside what a query has brought, if anything: that it loads, or why it was not answered. */
export function Unanswered({ query, what }: UnansweredProps) {
  if (query.isPending) return <Loading what={what} />;
  if (query.error === null) return null;
  return (
    <Failure
      title={`The ${what.replace(/^the /, "")} could not be read`}
      error={query.error}
      onRetry={() => void query.refetch()}
    />
  );
}

/** Why the service did not do what was asked of it, in its own words; nothing where it did. */
export function Refused({ error, mb }: { error: Error | null; mb?: "sm" }) {
  return (
    error && (
      <Alert color="red" variant="light" icon={<AlertIcon />} role="alert" mb={mb}>
        {error.message}
      </Alert>
    )
  );
}
