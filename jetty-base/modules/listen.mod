[description]
Takes the address of the HTTP connector from the environment variables HOST and PORT.

[depend]
http

[xml]
etc/listen.xml
