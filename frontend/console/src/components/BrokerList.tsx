import { Table } from "@mantine/core";

import type { BrokerBody } from "../api/types";
import classes from "../pages/list.module.css";

/** Brokers by address and state: what every tenant may know. */
export function BrokerList({ brokers }: { brokers: BrokerBody[] }) {
  return (
    <Table aria-label="Brokers" style={{ "--table-border-color": "var(--line-soft)" }}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Broker</Table.Th>
          <Table.Th>Address</Table.Th>
          <Table.Th>State</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {brokers.map(({ id, host, port, state }) => (
          <Table.Tr key={id}>
            <Table.Td>{id}</Table.Td>
            <Table.Td className="mono">
              {host}:{port}
            </Table.Td>
            <Table.Td>
              <span className={classes.state} data-tone={state === "running" ? "good" : "bad"}>
                {state === "running" ? "serving" : "not answering"}
              </span>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
