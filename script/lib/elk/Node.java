// SPDX-License-Identifier: ISC
//
// Node FOLDER SETTING=VALUE ...: one node of a search engine, with its data in FOLDER. It ends when
// its standard input ends, so that it cannot outlive who started it. RUNNER_PACKAGE and RUNNER_CLASS
// are filled in when it is compiled: Elasticsearch and OpenSearch differ in nothing else here.

import java.util.Arrays;
import RUNNER_PACKAGE.RUNNER_CLASS;

public final class Node {
  public static void main(String[] arguments) throws Exception {
    String folder = arguments[0];
    String[] settings = Arrays.copyOfRange(arguments, 1, arguments.length);
    RUNNER_CLASS runner = new RUNNER_CLASS();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> close(runner)));
    runner
        .onBuild((number, builder) -> {
          for (String setting : settings) {
            String[] parts = setting.split("=", 2);
            String[] values = parts[1].split(",");
            if (values.length > 1) {
              builder.putList(parts[0], values);
            } else {
              builder.put(parts[0], parts[1]);
            }
          }
        })
        .build(RUNNER_CLASS.newConfigs().numOfNode(1).basePath(folder).clusterName("filter-jsonlog"));
    while (System.in.read() >= 0) {
    }
    System.exit(0);
  }

  private static void close(RUNNER_CLASS runner) {
    try {
      runner.close();
    } catch (Exception error) {
      error.printStackTrace();
    }
  }
}
