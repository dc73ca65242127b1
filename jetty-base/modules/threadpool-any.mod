[description]
Jetty's thread pool, with virtual threads for blocking work if this JVM has them.

[depends]
logging

[provides]
threadpool

[xml]
etc/threadpool-any.xml
