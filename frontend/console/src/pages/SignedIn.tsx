import { Box, Button, Center, Container } from "@mantine/core";
import { Outlet, useNavigate, useRouter, useSearch } from "@tanstack/react-router";
import { useEffect } from "react";

import { isOperator, tenantsOfOperator } from "../access";
import { useSession, useSignOut } from "../api/hooks/session";
import { useTenants } from "../api/hooks/tenants";
import { OwnInvitations } from "../components/OwnInvitations";
import { Shell } from "../components/Shell";
import { Empty, Failure, Loading } from "../components/states";
import { WorkspaceProvider } from "../components/Workspace";

/** Lets through who is signed in and sends everybody else to the sign-in page. */
export function SignedIn() {
  const session = useSession();
  const signOut = useSignOut();
  const wanted = useSearch({ strict: false }).tenant;
  const operates = session.data?.kind === "member" && isOperator(session.data.user);
  const all = useTenants(operates);

  if (session.isPending || (operates && all.isPending)) {
    return (
      <Center mih="100dvh">
        <Loading what="the console" />
      </Center>
    );
  }
  if (session.isError) {
    return (
      <Container size="xs" py={80}>
        <Failure
          title="The service cannot be reached"
          error={session.error}
          onRetry={() => void session.refetch()}
        />
      </Container>
    );
  }
  if (session.data.kind === "anonymous") return <ToSignIn />;

  const { user } = session.data;
  const tenants = tenantsOfOperator(session.data.tenants, all.data ?? []);
  const tenant = tenants.find(({ name }) => name === wanted) ?? (wanted ? undefined : tenants[0]);
  if (!tenant) {
    return (
      <Box component="main">
        <Container size="sm" pt={48}>
          <OwnInvitations />
        </Container>
        <Empty
          title={wanted ? `No tenant “${wanted}” here` : "You are in no tenant yet"}
          action={
            <Button mt="sm" variant="default" onClick={() => signOut.mutate()}>
              Sign out
            </Button>
          }
        >
          {wanted
            ? "It is not one of yours. Ask one of its owners to invite you, or open the console without it."
            : operates
              ? "There is no tenant in this cell. Make one with ./headwater tenants --create --tenant NAME."
              : "Ask an owner of a tenant to invite you into it."}
        </Empty>
      </Box>
    );
  }
  return (
    <WorkspaceProvider value={{ user, tenant, tenants }}>
      <Shell>
        <OwnInvitations />
        <Outlet key={tenant.cluster_id} />
      </Shell>
    </WorkspaceProvider>
  );
}

/** Goes to the sign-in page once, and has it come back to here. */
function ToSignIn() {
  const navigate = useNavigate();
  const router = useRouter();
  useEffect(() => {
    const { href } = router.state.location;
    void navigate({ to: "/login", search: href === "/" ? {} : { next: href }, replace: true });
  }, [navigate, router]);
  return null;
}
