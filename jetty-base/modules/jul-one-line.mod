[description]
One line for every record of java.util.logging, without the second JVM that Jetty's own module for it needs.

[before]
server

[xml]
etc/jul-one-line.xml
