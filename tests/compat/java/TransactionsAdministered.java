import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;

/** An open transaction as administrators see it, and the two ways to end it for its producer. */
public final class TransactionsAdministered {
    public static void main(String[] arguments) throws Exception {
        Properties login = new Properties();
        for (String argument : arguments) {
            int at = argument.indexOf('=');
            login.setProperty(argument.substring(0, at), argument.substring(at + 1));
        }
        String run = Long.toHexString(System.nanoTime());
        String id = "administered-" + run;
        TopicPartition place = new TopicPartition("administered-" + run, 0);
        Properties settings = new Properties();
        settings.putAll(login);
        settings.setProperty("transactional.id", id);
        settings.setProperty("transaction.timeout.ms", "60000");
        KafkaProducer<String, String> producer =
            new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
        try (Admin admin = Admin.create(login)) {
            admin.createTopics(List.of(new NewTopic(place.topic(), 1, (short) 3))).all().get();
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(place.topic(), 0, null, "open")).get();
            TransactionDescription open = admin.describeTransactions(Set.of(id)).description(id).get();
            System.out.println("described " + open.state() + " " + open.transactionTimeoutMs() + " "
                + open.topicPartitions().equals(Set.of(place))
                + " " + open.transactionStartTimeMs().isPresent());
            ProducerState active = admin.describeProducers(Set.of(place)).partitionResult(place).get()
                .activeProducers().get(0);
            System.out.println("producer " + (active.producerId() == open.producerId()) + " "
                + (active.producerEpoch() == open.producerEpoch()) + " "
                + active.currentTransactionStartOffset().getAsLong() + " " + active.lastSequence());
            System.out.println("listed " + listed(admin, id, new ListTransactionsOptions()
                .filterStates(Set.of(TransactionState.ONGOING)).filterOnDuration(0)));
            System.out.println("listed by producer " + listed(admin, id,
                new ListTransactionsOptions().filterProducerIds(Set.of(open.producerId()))));
            System.out.println("listed by pattern " + listed(admin, id,
                new ListTransactionsOptions().filterOnTransactionalIdPattern("administered-.*")));
            System.out.println("listed by others " + listed(admin, id, new ListTransactionsOptions()
                .filterStates(Set.of(TransactionState.PREPARE_COMMIT))));
            System.out.println("abort " + failure(admin.abortTransaction(new AbortTransactionSpec(
                place, active.producerId(), (short) active.producerEpoch(), 0)).all()));
            System.out.println("still " + admin.describeTransactions(Set.of(id)).description(id).get()
                .state());
            admin.fenceProducers(Set.of(id)).all().get();
            System.out.println("fenced to a later epoch " + (admin.describeTransactions(Set.of(id))
                .description(id).get().producerEpoch() > open.producerEpoch()));
            try {
                producer.send(new ProducerRecord<>(place.topic(), 0, null, "late"));
                producer.commitTransaction();
                System.out.println("committed");
            } catch (KafkaException fenced) {
                System.out.println("its producer " + fenced.getClass().getSimpleName());
            }
            producer.close(Duration.ZERO);
            awaitAborted(admin, place);
            System.out.println("unknown "
                + failure(admin.describeTransactions(Set.of("absent-" + run)).all()));
        }
    }

    private static boolean listed(Admin admin, String id, ListTransactionsOptions options)
            throws Exception {
        return admin.listTransactions(options).all().get().stream()
            .anyMatch(each -> each.transactionalId().equals(id));
    }

    private static void awaitAborted(Admin admin, TopicPartition place) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (admin.describeProducers(Set.of(place)).partitionResult(place).get().activeProducers()
                .stream().anyMatch(each -> each.currentTransactionStartOffset().isPresent())) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("the fenced transaction is open still");
            }
            Thread.sleep(50);
        }
        System.out.println("aborted");
    }

    private static String failure(KafkaFuture<?> asked) throws InterruptedException {
        try {
            return "done " + asked.get();
        } catch (ExecutionException failed) {
            Throwable cause = failed.getCause();
            return cause.getClass().getSimpleName();
        }
    }
}
