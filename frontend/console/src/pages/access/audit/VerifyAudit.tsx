import { Button } from "@mantine/core";

import { useVerifyAudit } from "../../../api/hooks/audit";
import classes from "../../list.module.css";
import { formatCount } from "../../../records/format";

/** Has the service check the chain of hashes, and says what came of it. */
export function VerifyAudit({ tenant }: { tenant: string }) {
  const verify = useVerifyAudit(tenant);
  return (
    <>
      <span role="status">
        {verify.isError && (
          <span className={classes.state} data-tone="warn">
            Not verified: {verify.error.message}
          </span>
        )}
        {verify.data &&
          (verify.data.is_whole ? (
            <span className={classes.state} data-tone="good">
              All {formatCount(verify.data.entries)} entries are as they were written
            </span>
          ) : (
            <span className={classes.state} data-tone="bad">
              Entry {verify.data.first_flaw} is not as it was written
            </span>
          ))}
      </span>
      <Button
        variant="default"
        size="xs"
        loading={verify.isPending}
        onClick={() => verify.mutate()}
      >
        Verify
      </Button>
    </>
  );
}
