import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.SubscriptionPattern;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Groups of the three kinds that Java's consumer joins, and what its administrators do with them. */
public final class Groups {
    private static final String CLASSIC = "org.apache.kafka.clients.consumer.";
    private static final Map<String, Map<String, String>> KINDS = new TreeMap<>(Map.of(
        "cooperative", Map.of("partition.assignment.strategy", CLASSIC + "CooperativeStickyAssignor",
            "session.timeout.ms", "6000", "heartbeat.interval.ms", "500"),
        "eager", Map.of("partition.assignment.strategy", CLASSIC + "RangeAssignor",
            "session.timeout.ms", "6000", "heartbeat.interval.ms", "500"),
        "kip848", Map.of("group.protocol", "consumer")));

    private static final Properties LOGIN = new Properties();
    private static final String RUN = Long.toHexString(System.nanoTime());
    private static Admin admin;
    private static KafkaProducer<String, String> producer;

    public static void main(String[] arguments) throws Exception {
        for (String argument : arguments) {
            int at = argument.indexOf('=');
            LOGIN.setProperty(argument.substring(0, at), argument.substring(at + 1));
        }
        admin = Admin.create(LOGIN);
        producer = new KafkaProducer<>(LOGIN, new StringSerializer(), new StringSerializer());
        for (String kind : KINDS.keySet()) {
            String topic = kind + "-" + RUN;
            admin.createTopics(List.of(new NewTopic(topic, 4, (short) 3))).all().get();
            share(kind, topic);
            comeBack(kind, topic);
            administer(kind, topic);
        }
        subscribeByPattern();
        producer.close();
        admin.close();
    }

    /** Two members share, each record is read once; one leaves and the other takes over. */
    private static void share(String kind, String topic) throws Exception {
        Member first = new Member(kind, topic, null);
        until(() -> first.owns(4), first);
        Member second = new Member(kind, topic, null);
        until(() -> first.owns(2) && second.owns(2), first, second);
        say(kind, "took from the first " + first.revoked);
        produce(topic, 0, 40);
        until(() -> first.read.size() + second.read.size() >= 40, first, second);
        say(kind, "shared " + first.read.size() + " and " + second.read.size());
        first.consumer.commitSync();
        second.consumer.commitSync();
        second.consumer.close();
        first.read.clear();
        until(() -> first.owns(4), first);
        produce(topic, 40, 60);
        until(() -> first.read.size() >= 20, first);
        say(kind, "took over " + first.read.firstEntry() + " to " + first.read.size());
        first.consumer.commitSync();
        first.consumer.close();
    }

    /** A static member comes back to its partitions and nobody else hears of it. */
    private static void comeBack(String kind, String topic) throws Exception {
        Member stays = new Member(kind, topic, "stays");
        Member goes = new Member(kind, topic, "goes");
        until(() -> stays.owns(2) && goes.owns(2), stays, goes);
        int generation = stays.consumer.groupMetadata().generationId();
        Set<TopicPartition> before = goes.consumer.assignment();
        int revoked = stays.revoked.size();
        goes.consumer.close();
        Member back = new Member(kind, topic, "goes");
        until(() -> back.owns(2), stays, back);
        boolean unmoved = back.consumer.assignment().equals(before)
            && stays.consumer.groupMetadata().generationId() == generation
            && stays.revoked.size() == revoked;
        say(kind, "static member came back " + unmoved + ", read again " + back.read.size());
        describe(kind);
        say(kind, "delete while used: " + failure(admin.deleteConsumerGroups(Set.of(group(kind))).all()));
        say(kind, "alter while used: " + failure(admin.alterConsumerGroupOffsets(group(kind),
            Map.of(new TopicPartition(topic, 0), new OffsetAndMetadata(1))).all()));
        say(kind, "forget while used: " + failure(admin.deleteConsumerGroupOffsets(group(kind),
            Set.of(new TopicPartition(topic, 0))).all()));
        back.consumer.close();
        stays.consumer.close();
        admin.removeMembersFromConsumerGroup(group(kind),
            new org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions()).all().get();
        say(kind, "emptied " + admin.describeConsumerGroups(Set.of(group(kind))).all().get()
            .get(group(kind)).groupState());
    }

    private static void describe(String kind) throws Exception {
        ConsumerGroupDescription found = admin.describeConsumerGroups(Set.of(group(kind))).all().get()
            .get(group(kind));
        Map<String, Integer> shares = new TreeMap<>();
        for (MemberDescription member : found.members()) {
            shares.put(member.groupInstanceId().orElse("?"),
                member.assignment().topicPartitions().size());
        }
        say(kind, "described " + found.groupState() + " " + found.type() + " "
            + found.partitionAssignor() + " " + shares);
        say(kind, "listed " + admin.listGroups().all().get().stream()
            .filter(each -> each.groupId().equals(group(kind)))
            .map(each -> each.protocol() + " " + each.type().get() + " " + each.groupState().get())
            .toList());
    }

    /** What is done with the offsets of a group that nobody is in. */
    private static void administer(String kind, String topic) throws Exception {
        TopicPartition zero = new TopicPartition(topic, 0);
        TopicPartition one = new TopicPartition(topic, 1);
        admin.alterConsumerGroupOffsets(group(kind),
            Map.of(zero, new OffsetAndMetadata(3, "by hand"))).all().get();
        admin.deleteConsumerGroupOffsets(group(kind), Set.of(one)).all().get();
        Map<TopicPartition, OffsetAndMetadata> offsets = new TreeMap<>(
            java.util.Comparator.comparingInt(TopicPartition::partition));
        offsets.putAll(admin.listConsumerGroupOffsets(group(kind))
            .partitionsToOffsetAndMetadata().get());
        offsets.forEach((place, at) ->
            say(kind, "offset of " + place.partition() + " " + at.offset() + " " + at.metadata()));
        admin.deleteConsumerGroups(Set.of(group(kind))).all().get();
        say(kind, "described when deleted: "
            + failure(admin.describeConsumerGroups(Set.of(group(kind))).all()));
    }

    /** The broker matches the pattern (KIP-848), with topics that come later too. */
    private static void subscribeByPattern() throws Exception {
        Properties settings = settings("kip848", "pattern-" + RUN);
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(new SubscriptionPattern("(eager|later)-" + RUN));
            until(() -> poll(consumer).size() == 4);
            admin.createTopics(List.of(new NewTopic("later-" + RUN, 1, (short) 3))).all().get();
            until(() -> poll(consumer).size() == 5);
            say("kip848", "pattern matches " + consumer.assignment().size());
        }
    }

    private static Set<TopicPartition> poll(KafkaConsumer<String, String> consumer) {
        consumer.poll(Duration.ofMillis(50));
        return consumer.assignment();
    }

    private static final class Member implements ConsumerRebalanceListener {
        final KafkaConsumer<String, String> consumer;
        final TreeMap<Integer, Integer> read = new TreeMap<>();
        final List<Integer> revoked = new java.util.ArrayList<>();

        Member(String kind, String topic, String instance) {
            Properties settings = settings(kind, group(kind));
            if (instance != null) {
                settings.setProperty("group.instance.id", instance);
            }
            consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
            consumer.subscribe(Set.of(topic), this);
        }

        boolean owns(int partitions) {
            return consumer.assignment().size() == partitions;
        }

        void poll() {
            for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(50))) {
                if (read.merge(Integer.valueOf(record.value()), 1, Integer::sum) > 1) {
                    throw new IllegalStateException("read twice: " + record);
                }
            }
        }

        @Override public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            if (!partitions.isEmpty()) {
                revoked.add(partitions.size());
            }
        }

        @Override public void onPartitionsAssigned(Collection<TopicPartition> partitions) { }
    }

    private static String group(String kind) {
        return "group-" + kind + "-" + RUN;
    }

    private static Properties settings(String kind, String group) {
        Properties settings = new Properties();
        settings.putAll(LOGIN);
        settings.putAll(KINDS.get(kind));
        settings.setProperty("group.id", group);
        settings.setProperty("auto.offset.reset", "earliest");
        settings.setProperty("enable.auto.commit", "false");
        return settings;
    }

    private static void produce(String topic, int from, int to) {
        for (int n = from; n < to; n++) {
            producer.send(new ProducerRecord<>(topic, n % 4, null, Integer.toString(n)));
        }
        producer.flush();
    }

    private static void until(BooleanSupplier holds, Member... members) {
        long deadline = System.nanoTime() + Duration.ofSeconds(40).toNanos();
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                Map<String, String> state = new HashMap<>();
                for (Member member : members) {
                    state.put(member.toString(), member.consumer.assignment() + " " + member.read);
                }
                throw new IllegalStateException("waited in vain: " + state);
            }
            for (Member member : members) {
                member.poll();
            }
        }
    }

    private static String failure(KafkaFuture<?> asked) throws InterruptedException {
        try {
            return "no error, " + asked.get();
        } catch (ExecutionException failed) {
            return failed.getCause().getClass().getSimpleName();
        }
    }

    private static void say(String kind, String line) {
        System.out.println(kind + ": " + line);
    }
}
