import { Alert, Group, Stack, Stepper, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useEffect, useMemo, useRef, useState } from "react";

import { refusal } from "../../access";
import {
  useConnectorConfig,
  useCreateConnector,
  usePlugins,
  type PluginBody,
} from "../../api/hooks/connectors";
import { AskBeforeLeaving } from "../../components/AskBeforeLeaving";
import { AlertIcon } from "../../components/icons";
import { ButtonLink } from "../../components/links";
import { OfferedButton } from "../../components/Offered";
import { PageHeader } from "../../components/PageHeader";
import { Panel } from "../../components/Panel";
import { Empty, Failure, Loading } from "../../components/states";
import { useWorkspace } from "../../components/Workspace";
import { asNew, named, pluginOf, problemOfName, type Config } from "../../connect/config";
import { formatPlural } from "../../records/format";
import { Catalogue } from "./Catalogue";
import { ConfigEditor } from "./ConfigEditor";
import { TryConfig } from "./TryConfig";

const route = getRouteApi("/console/new-connector");

/** Making a connector in two steps: which plugin, then its config. The first has an address. */
export function NewConnectorPage() {
  const { plugin: chosen, like } = route.useSearch();
  const { tenant } = useWorkspace();
  const navigate = useNavigate();
  const plugins = usePlugins(tenant.name);
  const plugin = plugins.data?.find(({ name }) => name === chosen);
  const [told, setTold] = useState("");
  const choose = (name?: string) =>
    void navigate({ to: "/new-connector", search: name ? { plugin: name } : {} });
  return (
    <>
      <PageHeader
        title="New connector"
        subtitle={plugin ? told || plugin.title : "What shall it connect?"}
      />
      <Stack gap="md">
        <Stepper active={chosen ? 1 : 0} size="sm" onStepClick={(step) => step === 0 && choose()}>
          <Stepper.Step label="What" allowStepSelect={chosen !== undefined} />
          <Stepper.Step label="How" allowStepSelect={false} />
        </Stepper>
        {plugins.isPending && <Loading what="the catalogue" />}
        {plugins.isError && (
          <Failure
            title="The catalogue could not be read"
            error={plugins.error}
            onRetry={() => void plugins.refetch()}
          />
        )}
        {plugins.data && !chosen && <Catalogue plugins={plugins.data} onChoose={choose} />}
        {plugins.data && chosen && !plugin && (
          <Empty
            title={`There is no plugin “${chosen}”`}
            action={
              <ButtonLink to="/new-connector" variant="default" mt="sm">
                To the catalogue
              </ButtonLink>
            }
          />
        )}
        {plugin && like === undefined && (
          <Configure
            key={plugin.name}
            plugins={plugins.data ?? []}
            begin={{ "connector.class": plugin.name }}
            onTitle={setTold}
          />
        )}
        {plugin && like !== undefined && (
          <Alike plugins={plugins.data ?? []} like={like} onTitle={setTold} />
        )}
      </Stack>
    </>
  );
}

/** Begins with what another connector is told, but for its secrets. */
function Alike({ like, ...rest }: Omit<ConfigureProps, "begin"> & { like: string }) {
  const { tenant } = useWorkspace();
  const config = useConnectorConfig(tenant.name, like);
  if (config.isPending) return <Loading what={`the config of ${like}`} />;
  if (config.isError) {
    return <Failure title={`The config of ${like} could not be read`} error={config.error} />;
  }
  return <Configure {...rest} begin={asNew(config.data)} />;
}

interface ConfigureProps {
  plugins: PluginBody[];
  begin: Config;
  /** Called with what is configured, in words. */
  onTitle: (title: string) => void;
}

function Configure({ plugins, begin, onTitle }: ConfigureProps) {
  const { tenant } = useWorkspace();
  const navigate = useNavigate();
  const create = useCreateConnector(tenant.name);
  const [name, setName] = useState("");
  const [first] = useState(begin);
  const [config, setConfig] = useState(first);
  // Pasted JSON may be of another plugin than the one that was chosen.
  const found = pluginOf(plugins, config) ?? pluginOf(plugins, first);
  const plugin = found?.name ?? "";
  const title = found?.title ?? "";
  useEffect(() => onTitle(title), [title, onTitle]);
  const [faults, setFaults] = useState<number | null>(null);
  const [judged, setJudged] = useState(false);
  const made = useRef(false);
  const problem = problemOfName(name);
  const whole = useMemo(() => (name === "" ? config : { name, ...config }), [name, config]);

  const submit = () => {
    setJudged(true);
    if (problem !== null || (faults ?? 0) > 0) return;
    create.mutate(
      { name, config: whole },
      {
        onSuccess: () => {
          made.current = true;
          notifications.show({ title: "Connector created", message: name });
          void navigate({ to: "/connectors/$connector", params: { connector: name } });
        },
      },
    );
  };
  return (
    <>
      <AskBeforeLeaving unsaved={() => !made.current && (name !== "" || config !== first)} />
      <Panel title="Name">
        <TextInput
          label="Name of the connector"
          description="It cannot be changed later; a sink's consumer group is connect- and this name."
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={judged || name !== "" ? problem : null}
          autoComplete="off"
          spellCheck={false}
          withAsterisk
          maw={480}
        />
      </Panel>
      <ConfigEditor
        tenant={tenant.name}
        plugin={plugin}
        config={whole}
        judged={judged}
        onChange={({ name: given = "", ...rest }) => {
          setName(given);
          setConfig(rest);
        }}
        onFaults={setFaults}
      />
      <TryConfig config={named(whole)} sound={faults === 0} />
      {create.isError && (
        <Alert color="red" variant="light" icon={<AlertIcon />} role="alert">
          {create.error.message}
        </Alert>
      )}
      <Group justify="flex-end">
        {judged && ((faults ?? 0) > 0 || problem !== null) && (
          <span role="status">
            {faults ? `${formatPlural(faults, "fault")} to mend first` : problem}
          </span>
        )}
        <ButtonLink to="/connectors" variant="default">
          Cancel
        </ButtonLink>
        <OfferedButton
          refusal={refusal(tenant, "ADMINISTER", "make connectors")}
          loading={create.isPending}
          onClick={submit}
        >
          Create connector
        </OfferedButton>
      </Group>
    </>
  );
}
