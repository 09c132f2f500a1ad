import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Commit, abort, fence and look, by the transaction protocol that the brokers have finalised. */
public final class Transactions {
    public static void main(String[] arguments) throws Exception {
        Properties login = new Properties();
        for (String argument : arguments) {
            int at = argument.indexOf('=');
            login.setProperty(argument.substring(0, at), argument.substring(at + 1));
        }
        String topic = "java-transactions-" + System.nanoTime();
        String id = "java-" + System.nanoTime();
        try (Admin admin = Admin.create(login)) {
            System.out.println("transaction.version " + admin.describeFeatures().featureMetadata()
                    .get().finalizedFeatures().get("transaction.version").maxVersionLevel());
            admin.createTopics(List.of(new NewTopic(topic, 2, (short) 1))).all().get();
            KafkaProducer<String, String> first = producer(login, id);
            first.initTransactions();
            for (String outcome : List.of("commit 1", "abort 1", "commit 2")) {
                first.beginTransaction();
                for (int partition = 0; partition < 2; partition++) {
                    first.send(new ProducerRecord<>(topic, partition, null, outcome));
                }
                first.flush();
                if (outcome.startsWith("abort")) {
                    first.abortTransaction();
                } else {
                    first.commitTransaction();
                }
            }
            first.beginTransaction();
            first.abortTransaction();
            TransactionDescription described = admin.describeTransactions(Set.of(id))
                    .description(id).get();
            System.out.println("epochs bumped " + (described.producerEpoch() >= 3));
            first.beginTransaction();
            first.send(new ProducerRecord<>(topic, 0, null, "left open")).get();
            try (KafkaProducer<String, String> second = producer(login, id)) {
                second.initTransactions();
                try {
                    first.commitTransaction();
                    System.out.println("fenced false");
                } catch (KafkaException fenced) {
                    System.out.println("fenced true");
                }
                second.beginTransaction();
                second.send(new ProducerRecord<>(topic, 0, null, "second")).get();
                second.sendOffsetsToTransaction(
                        Map.of(new TopicPartition(topic, 0), new OffsetAndMetadata(7)),
                        new ConsumerGroupMetadata(id));
                second.commitTransaction();
            }
            System.out.println("offset " + admin.listConsumerGroupOffsets(id,
                            new ListConsumerGroupOffsetsOptions().requireStable(true))
                    .partitionsToOffsetAndMetadata().get()
                    .get(new TopicPartition(topic, 0)).offset());
            first.close(Duration.ZERO);
            System.out.println("listed " + admin.listTransactions().all().get().stream()
                    .anyMatch(each -> each.transactionalId().equals(id)));
        }
        System.out.println("committed " + committed(login, topic));
    }

    private static KafkaProducer<String, String> producer(Properties login, String id) {
        Properties settings = new Properties();
        settings.putAll(login);
        settings.setProperty("transactional.id", id);
        return new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
    }

    private static Set<String> committed(Properties login, String topic) {
        Properties settings = new Properties();
        settings.putAll(login);
        settings.setProperty("isolation.level", "read_committed");
        settings.setProperty("enable.auto.commit", "false");
        Set<String> values = new TreeSet<>();
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(List.of(new TopicPartition(topic, 0), new TopicPartition(topic, 1)));
            consumer.seekToBeginning(consumer.assignment());
            long until = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (values.size() < 3 && System.nanoTime() < until) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(500))) {
                    values.add(record.value());
                }
            }
        }
        return values;
    }
}
