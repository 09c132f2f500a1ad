import { Modal, Tabs } from "@mantine/core";

import { useServiceAccounts } from "../../../api/hooks/serviceAccounts";
import { useTopics } from "../../../api/hooks/topics";
import type { TenantAccess } from "../../../api/types";
import { AclForm } from "./AclForm";
import { PresetForm } from "./PresetForm";

interface Props {
  tenant: TenantAccess;
  onClose: () => void;
}

export interface FormProps {
  tenant: string;
  /** Names to choose from; others may be typed. */
  principals: string[];
  topics: string[];
  onClose: () => void;
}

/** Adds what a program needs by its part, or one ACL by hand. */
export function AddAcls({ tenant, onClose }: Props) {
  const accounts = useServiceAccounts(tenant.name);
  const topics = useTopics(tenant.cluster_id);
  const form: FormProps = {
    tenant: tenant.name,
    principals: (accounts.data ?? []).map(({ principal }) => principal),
    topics: (topics.data ?? []).map(({ topic_name }) => topic_name),
    onClose,
  };
  return (
    <Modal opened onClose={onClose} title="Add ACLs" centered size="lg">
      <Tabs defaultValue="preset">
        <Tabs.List mb="md">
          <Tabs.Tab value="preset">By what a program does</Tabs.Tab>
          <Tabs.Tab value="hand">By hand</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="preset">
          <PresetForm {...form} />
        </Tabs.Panel>
        <Tabs.Panel value="hand">
          <AclForm {...form} />
        </Tabs.Panel>
      </Tabs>
    </Modal>
  );
}
