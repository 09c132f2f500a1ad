import { describe, expect, it } from "vitest";

import { snippets } from "./snippets";

const connection = {
  bootstrap_servers: "a:9092,b:9092",
  security_protocol: "SASL_PLAINTEXT",
  cluster_id: "lkc-1",
};

describe("snippets", () => {
  it("are for five clients", () => {
    const names = snippets(connection, "http://h").map(({ name }) => name);
    expect(names).toEqual(["kcat", "Python", "Java", "JavaScript", "curl"]);
  });

  it("leave places where nothing is known, and no others", () => {
    for (const { code } of snippets(connection, "http://h")) {
      expect(code).toContain("KEY");
      expect(code).toContain("SECRET");
      expect(code).toContain("TOPIC");
    }
    const filled = snippets(connection, "http://h", { key: "k1", secret: "s1" }, "orders");
    for (const { code } of filled) {
      expect(code).not.toMatch(/\b(KEY|SECRET|TOPIC)\b/);
      expect(code).toContain("k1");
      expect(code).toContain("s1");
      expect(code).toContain("orders");
    }
  });

  it("encrypt where the service does", () => {
    const [, , , javascript] = snippets(
      { ...connection, security_protocol: "SASL_SSL" },
      "https://h",
    );
    expect(javascript?.code).toContain("ssl: true");
    expect(javascript?.code).toContain('["a:9092","b:9092"]');
    expect(snippets(connection, "http://h")[3]?.code).toContain("ssl: false");
  });
});
