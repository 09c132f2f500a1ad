import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.MessageUtil;

/** Writes coordinator records with Kafka's own classes: "PACKAGE.NAME VERSION JSON" to hex, by line. */
public class CoordinatorRecords {
    public static void main(String[] arguments) throws Exception {
        ObjectMapper json = new ObjectMapper();
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, "UTF-8"));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] parts = line.split(" ", 3);
            short version = Short.parseShort(parts[1]);
            ApiMessage message = (ApiMessage) Class.forName(parts[0] + "JsonConverter")
                .getMethod("read", JsonNode.class, short.class)
                .invoke(null, json.readTree(parts[2]), version);
            ByteBuffer bytes = MessageUtil.toByteBufferAccessor(message, version).buffer();
            byte[] body = new byte[bytes.remaining()];
            bytes.get(body);
            System.out.println(HexFormat.of().formatHex(body));
        }
    }
}
