// A whole OpenSearch node in one process, without the folders of a distribution: what its own
// start script does not do is checked here by nobody (it refuses root, and asks for a layout).
// Arguments are settings, name=value. The node ends when its standard input does.

import java.util.List;
import java.util.Map;
import org.opensearch.common.settings.Settings;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.transport.Netty4Plugin;

public class OpenSearchNode extends Node {
    OpenSearchNode(Settings settings) {
        super(
            InternalSettingsPreparer.prepareEnvironment(settings, Map.of(), null, () -> "tested"),
            List.of(Netty4Plugin.class), false);
    }

    public static void main(String[] arguments) throws Exception {
        Settings.Builder settings = Settings.builder();
        for (String argument : arguments) {
            String[] pair = argument.split("=", 2);
            settings.put(pair[0], pair[1]);
        }
        Node node = new OpenSearchNode(settings.build()).start();
        while (System.in.read() >= 0) { }
        node.close();
        System.exit(0);
    }
}
