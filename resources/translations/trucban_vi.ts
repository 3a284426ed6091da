<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="vi" sourcelanguage="en">
<context>
    <name>ActionBar</name>
    <message>
        <source>Acknowledge</source>
        <translation>Xác nhận</translation>
    </message>
    <message>
        <source>Space</source>
        <translation>Cách</translation>
    </message>
    <message>
        <source>Comment</source>
        <translation>Ghi chú</translation>
    </message>
    <message>
        <source>Take over</source>
        <translation>Nhận xử lý</translation>
    </message>
    <message>
        <source>Dispatch</source>
        <translation>Chuyển cơ quan</translation>
    </message>
    <message>
        <source>Confirmed</source>
        <translation>Đúng sự việc</translation>
    </message>
    <message>
        <source>False alarm</source>
        <translation>Báo sai</translation>
    </message>
    <message>
        <source>Go there</source>
        <translation>Tới nơi</translation>
    </message>
    <message>
        <source>Turn camera</source>
        <translation>Quay camera</translation>
    </message>
    <message>
        <source>No agency is called so.</source>
        <translation>Không có cơ quan nào tên như vậy.</translation>
    </message>
    <message>
        <source>Comment, Enter sends, Esc leaves</source>
        <translation>Ghi chú; Enter để gửi, Esc để bỏ</translation>
    </message>
    <message>
        <source>Hand over to a colleague</source>
        <translation>Bàn giao</translation>
    </message>
    <message>
        <source>Shelve</source>
        <translation>Tạm gác</translation>
    </message>
    <message>
        <source>Take back from the shelf</source>
        <translation>Thôi tạm gác</translation>
    </message>
    <message>
        <source>Out of service</source>
        <translation>Ngừng phục vụ</translation>
    </message>
    <message>
        <source>Back in service</source>
        <translation>Phục vụ trở lại</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>Đặt lại</translation>
    </message>
    <message>
        <source>Acknowledge with this comment: Enter sends, Esc leaves</source>
        <translation>Xác nhận kèm ghi chú: Enter gửi, Esc thoát</translation>
    </message>
    <message>
        <source>Which agency? Words of its name; Enter hands over</source>
        <translation>Cơ quan nào? Gõ chữ trong tên; Enter chuyển</translation>
    </message>
    <message>
        <source>Sent, waiting for the server…</source>
        <translation>Đã gửi, đang chờ máy chủ…</translation>
    </message>
</context>
<context>
    <name>AgencyFinder</name>
    <message>
        <source>used lately</source>
        <translation>mới dùng</translation>
    </message>
    <message>
        <source>until {day}: {name}</source>
        <translation>đến {day}: {name}</translation>
    </message>
</context>
<context>
    <name>AirQuality</name>
    <message>
        <source>No VN_AQI: too few readings of PM10 or PM2,5</source>
        <translation>Chưa có VN_AQI: không đủ số liệu PM10 hoặc PM2,5</translation>
    </message>
    <message>
        <source>old: {span}</source>
        <translation>đã cũ: {span}</translation>
    </message>
    <message>
        <source>highest: {pollutant}</source>
        <translation>cao nhất: {pollutant}</translation>
    </message>
    <message>
        <source>day {value} · {band}</source>
        <translation>ngày {value} · {band}</translation>
    </message>
</context>
<context>
    <name>AlarmLoad</name>
    <message>
        <source>Figure</source>
        <translation>Chỉ số</translation>
    </message>
    <message>
        <source>Measured</source>
        <translation>Đo được</translation>
    </message>
    <message>
        <source>Target</source>
        <translation>Mục tiêu</translation>
    </message>
    <message>
        <source>Against it</source>
        <translation>So với mục tiêu</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>Nguồn</translation>
    </message>
    <message>
        <source>Most frequent</source>
        <translation>Xuất hiện nhiều nhất</translation>
    </message>
    <message>
        <source>Place</source>
        <translation>Nơi</translation>
    </message>
    <message>
        <source>Times</source>
        <translation>Số lần</translation>
    </message>
    <message>
        <source>Share</source>
        <translation>Tỷ lệ</translation>
    </message>
    <message>
        <source>Wants attention</source>
        <translation>Cần xem lại</translation>
    </message>
    <message>
        <source>Alarm or rule</source>
        <translation>Cảnh báo hoặc quy tắc</translation>
    </message>
    <message>
        <source>How much</source>
        <translation>Mức độ</translation>
    </message>
    <message>
        <source>kept</source>
        <translation>đạt</translation>
    </message>
    <message>
        <source>over</source>
        <translation>vượt</translation>
    </message>
    <message>
        <source>far over</source>
        <translation>vượt xa</translation>
    </message>
    <message>
        <source>{count} changes in a minute</source>
        <translation>{count} lần đổi trạng thái trong một phút</translation>
    </message>
    <message>
        <source>chatters</source>
        <translation>chập chờn</translation>
    </message>
    <message>
        <source>stands for long</source>
        <translation>kéo dài</translation>
    </message>
    <message>
        <source>{share} false of {count} judged</source>
        <translation>{share} báo sai trong {count} lần xác minh</translation>
    </message>
    <message>
        <source>false alarms</source>
        <translation>báo sai</translation>
    </message>
    <message>
        <source>{count} alarms</source>
        <translation>{count} cảnh báo</translation>
    </message>
    <message>
        <source>FLOOD NOW</source>
        <translation>ĐANG DỒN DẬP</translation>
    </message>
    <message>
        <source>acknowledged after {mean} on average, {median} in the middle</source>
        <translation>xác nhận sau trung bình {mean}, trung vị {median}</translation>
    </message>
    <message>
        <source>shelved {shelved} · suppressed {suppressed} · out of service {out} · own faults {own}</source>
        <translation>tạm gác {shelved} · chặn theo thiết kế {suppressed} · ngừng sử dụng {out} · lỗi hệ thống {own}</translation>
    </message>
    <message>
        <source>{priority}: {count} in {mean}</source>
        <translation>{priority}: {count} lần, trung bình {mean}</translation>
    </message>
    <message>
        <source>{user}: {count} answered</source>
        <translation>{user}: xác nhận {count}</translation>
    </message>
    <message>
        <source>Share of priority “{name}”</source>
        <translation>Tỷ lệ mức “{name}”</translation>
    </message>
    <message>
        <source>Alarms in 10 minutes</source>
        <translation>Cảnh báo mỗi 10 phút</translation>
    </message>
    <message>
        <source>Alarms an hour</source>
        <translation>Cảnh báo mỗi giờ</translation>
    </message>
    <message>
        <source>Alarms a day</source>
        <translation>Cảnh báo mỗi ngày</translation>
    </message>
    <message>
        <source>Most in 10 minutes</source>
        <translation>Đỉnh trong 10 phút</translation>
    </message>
    <message>
        <source>Time in a flood</source>
        <translation>Thời gian dồn dập</translation>
    </message>
    <message>
        <source>Hours with more than 30</source>
        <translation>Số giờ có hơn 30</translation>
    </message>
    <message>
        <source>Share of the ten most frequent</source>
        <translation>Tỷ lệ của mười cảnh báo nhiều nhất</translation>
    </message>
    <message>
        <source>Alarms that chatter</source>
        <translation>Cảnh báo chập chờn</translation>
    </message>
    <message>
        <source>Alarms of more than a day</source>
        <translation>Cảnh báo quá một ngày</translation>
    </message>
</context>
<context>
    <name>AlarmLoadPanel</name>
    <message>
        <source>10 minutes</source>
        <translation>10 phút</translation>
    </message>
    <message>
        <source>1 hour</source>
        <translation>1 giờ</translation>
    </message>
    <message>
        <source>8 hours</source>
        <translation>8 giờ</translation>
    </message>
    <message>
        <source>24 hours</source>
        <translation>24 giờ</translation>
    </message>
    <message>
        <source>7 days</source>
        <translation>7 ngày</translation>
    </message>
    <message>
        <source>30 days</source>
        <translation>30 ngày</translation>
    </message>
    <message>
        <source>Who may not replay the room sees no alarm load here.</source>
        <translation>Tài khoản không có quyền phát lại nên không xem được tải cảnh báo.</translation>
    </message>
    <message>
        <source>The alarm load cannot be fetched: {reason}</source>
        <translation>Không lấy được tải cảnh báo: {reason}</translation>
    </message>
    <message>
        <source>Counting the alarms…</source>
        <translation>Đang đếm cảnh báo…</translation>
    </message>
</context>
<context>
    <name>AlertCard</name>
    <message>
        <source>Incident and procedure</source>
        <translation>Sự việc và quy trình</translation>
    </message>
    <message>
        <source>Select an alert to see what it is and what to do.</source>
        <translation>Chọn một cảnh báo để xem sự việc và việc cần làm.</translation>
    </message>
    <message>
        <source>What happened so far</source>
        <translation>Diễn biến đến lúc này</translation>
    </message>
    <message>
        <source>EXERCISE</source>
        <translation>DIỄN TẬP</translation>
    </message>
    <message>
        <source>simulated</source>
        <translation>mô phỏng</translation>
    </message>
    <message>
        <source>Premises</source>
        <translation>Cơ sở</translation>
    </message>
</context>
<context>
    <name>AlertWords</name>
    <message>
        <source>Not acknowledged</source>
        <translation>Chưa xác nhận</translation>
    </message>
    <message>
        <source>Acknowledged</source>
        <translation>Đã xác nhận</translation>
    </message>
    <message>
        <source>Over, not acknowledged</source>
        <translation>Đã hết, chưa xác nhận</translation>
    </message>
    <message>
        <source>Closed</source>
        <translation>Đã đóng</translation>
    </message>
    <message>
        <source>Over and latched, not acknowledged</source>
        <translation>Đã hết nhưng còn giữ, chưa xác nhận</translation>
    </message>
    <message>
        <source>Over and latched, waits for its reset</source>
        <translation>Đã hết nhưng còn giữ, chờ đặt lại</translation>
    </message>
    <message>
        <source>Shelved</source>
        <translation>Tạm gác</translation>
    </message>
    <message>
        <source>Suppressed by design</source>
        <translation>Ẩn theo quy tắc</translation>
    </message>
    <message>
        <source>Out of service</source>
        <translation>Ngừng phục vụ</translation>
    </message>
    <message>
        <source>Critical</source>
        <translation>Khẩn cấp</translation>
    </message>
    <message>
        <source>High</source>
        <translation>Cao</translation>
    </message>
    <message>
        <source>Medium</source>
        <translation>Trung bình</translation>
    </message>
    <message>
        <source>Low</source>
        <translation>Thấp</translation>
    </message>
    <message>
        <source>System</source>
        <translation>Hệ thống</translation>
    </message>
    <message>
        <source>Where</source>
        <translation>Nơi</translation>
    </message>
    <message>
        <source>confidence {share}% · seen {count} times</source>
        <translation>độ tin cậy {share}% · thấy {count} lần</translation>
    </message>
    <message>
        <source>Seen</source>
        <translation>Phát hiện</translation>
    </message>
    <message>
        <source>gathered from {count} cameras</source>
        <translation>gom từ {count} camera</translation>
    </message>
    <message>
        <source>Flood</source>
        <translation>Dồn dập</translation>
    </message>
    <message>
        <source>{alerts} and {count} more</source>
        <translation>{alerts} và {count} cảnh báo khác</translation>
    </message>
    <message>
        <source>Near here</source>
        <translation>Gần đây (1 km)</translation>
    </message>
    <message>
        <source>nobody</source>
        <translation>chưa ai nhận</translation>
    </message>
    <message>
        <source>Owner</source>
        <translation>Người xử lý</translation>
    </message>
    <message>
        <source>Acknowledged by</source>
        <translation>Người xác nhận</translation>
    </message>
    <message>
        <source>Handed to</source>
        <translation>Đã chuyển</translation>
    </message>
    <message>
        <source>confirmed: there was something</source>
        <translation>đúng, có sự việc</translation>
    </message>
    <message>
        <source>false alarm</source>
        <translation>báo sai</translation>
    </message>
    <message>
        <source>Found</source>
        <translation>Xác minh</translation>
    </message>
    <message>
        <source>{share}% false among the last {count} judged</source>
        <translation>{share}% báo sai trong {count} lần xác minh gần nhất</translation>
    </message>
    <message>
        <source>This rule</source>
        <translation>Quy tắc này</translation>
    </message>
    <message>
        <source>mean of {minutes} min</source>
        <translation>trung bình {minutes} phút</translation>
    </message>
    <message>
        <source>Measured</source>
        <translation>Đo được</translation>
    </message>
    <message>
        <source>Limit</source>
        <translation>Ngưỡng</translation>
    </message>
    <message>
        <source>no end stated</source>
        <translation>không có hạn</translation>
    </message>
    <message>
        <source>From</source>
        <translation>Nơi phát</translation>
    </message>
    <message>
        <source>Valid until</source>
        <translation>Hiệu lực đến</translation>
    </message>
    <message>
        <source>CAP</source>
        <translation>CAP</translation>
    </message>
    <message>
        <source>Disaster risk level</source>
        <translation>Cấp độ rủi ro thiên tai</translation>
    </message>
    <message>
        <source>Faults of the message</source>
        <translation>Lỗi của bản tin</translation>
    </message>
    <message>
        <source>the panel itself</source>
        <translation>tủ trung tâm</translation>
    </message>
    <message>
        <source>zone {zone}</source>
        <translation>khu vực {zone}</translation>
    </message>
    <message>
        <source>over since {time}</source>
        <translation>hết từ {time}</translation>
    </message>
    <message>
        <source>and {count} more zones</source>
        <translation>và {count} khu vực khác</translation>
    </message>
    <message>
        <source>Rule</source>
        <translation>Quy tắc</translation>
    </message>
    <message>
        <source>Category</source>
        <translation>Loại</translation>
    </message>
    <message>
        <source>From, to</source>
        <translation>Từ, tới</translation>
    </message>
    <message>
        <source>Sensor</source>
        <translation>Cảm biến</translation>
    </message>
    <message>
        <source>{count} times</source>
        <translation>{count} lần</translation>
    </message>
    <message>
        <source>Comes back</source>
        <translation>Trở lại lúc</translation>
    </message>
    <message>
        <source>level {level}: {recipient}</source>
        <translation>cấp {level}: {recipient}</translation>
    </message>
    <message>
        <source>Escalated</source>
        <translation>Báo lên cấp trên</translation>
    </message>
    <message>
        <source>Asked again</source>
        <translation>Báo lại</translation>
    </message>
    <message>
        <source>Handed over</source>
        <translation>Bàn giao</translation>
    </message>
    <message>
        <source>sum of {minutes} min</source>
        <translation>tổng {minutes} phút</translation>
    </message>
    <message>
        <source>slope over {minutes} min</source>
        <translation>tốc độ trong {minutes} phút</translation>
    </message>
    <message>
        <source>extreme</source>
        <translation>cực kỳ nghiêm trọng</translation>
    </message>
    <message>
        <source>severe</source>
        <translation>nghiêm trọng</translation>
    </message>
    <message>
        <source>moderate</source>
        <translation>vừa phải</translation>
    </message>
    <message>
        <source>minor</source>
        <translation>nhẹ</translation>
    </message>
    <message>
        <source>immediate</source>
        <translation>ngay lập tức</translation>
    </message>
    <message>
        <source>expected soon</source>
        <translation>sắp xảy ra</translation>
    </message>
    <message>
        <source>in the future</source>
        <translation>trong tương lai</translation>
    </message>
    <message>
        <source>past</source>
        <translation>đã qua</translation>
    </message>
    <message>
        <source>observed</source>
        <translation>đã quan sát thấy</translation>
    </message>
    <message>
        <source>likely</source>
        <translation>khả năng cao</translation>
    </message>
    <message>
        <source>possible</source>
        <translation>có thể</translation>
    </message>
    <message>
        <source>unlikely</source>
        <translation>ít khả năng</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>chưa rõ</translation>
    </message>
    <message>
        <source>the system</source>
        <translation>hệ thống</translation>
    </message>
    <message>
        <source>{who} handed it over to {colleague}</source>
        <translation>{who} bàn giao cho {colleague}</translation>
    </message>
    <message>
        <source>{who} took it over</source>
        <translation>{who} nhận xử lý</translation>
    </message>
    <message>
        <source>{who} gave it back</source>
        <translation>{who} trả lại</translation>
    </message>
    <message>
        <source>{who} handed it to {agency}</source>
        <translation>{who} chuyển tới {agency}</translation>
    </message>
    <message>
        <source>judged by {who}</source>
        <translation>{who} xác minh</translation>
    </message>
    <message>
        <source>raised by {who}</source>
        <translation>phát sinh từ {who}</translation>
    </message>
    <message>
        <source>updated by {who}</source>
        <translation>cập nhật từ {who}</translation>
    </message>
    <message>
        <source>over</source>
        <translation>đã hết điều kiện cảnh báo</translation>
    </message>
    <message>
        <source>true again</source>
        <translation>tái diễn</translation>
    </message>
    <message>
        <source>{who} acknowledged</source>
        <translation>{who} xác nhận</translation>
    </message>
    <message>
        <source>{who} commented</source>
        <translation>{who} ghi chú</translation>
    </message>
    <message>
        <source>closed</source>
        <translation>đã đóng</translation>
    </message>
    <message>
        <source>{who} shelved it</source>
        <translation>{who} tạm gác</translation>
    </message>
    <message>
        <source>back from the shelf by {who}</source>
        <translation>{who} thôi tạm gác</translation>
    </message>
    <message>
        <source>suppressed by design</source>
        <translation>bị ẩn theo quy tắc</translation>
    </message>
    <message>
        <source>no longer suppressed</source>
        <translation>thôi ẩn theo quy tắc</translation>
    </message>
    <message>
        <source>{who} took it out of service</source>
        <translation>{who} ngừng phục vụ</translation>
    </message>
    <message>
        <source>back in service by {who}</source>
        <translation>{who} đưa trở lại phục vụ</translation>
    </message>
    <message>
        <source>{who} reset it</source>
        <translation>{who} đặt lại</translation>
    </message>
    <message>
        <source>still active: asks again</source>
        <translation>vẫn chưa hết, báo lại</translation>
    </message>
    <message>
        <source>nobody answered: escalated</source>
        <translation>không ai xác nhận, báo lên cấp trên</translation>
    </message>
</context>
<context>
    <name>Annunciator</name>
    <message>
        <source>No sound device: alerts are seen, not heard</source>
        <translation>Không có thiết bị âm thanh: cảnh báo chỉ hiện, không phát tiếng</translation>
    </message>
</context>
<context>
    <name>Aside</name>
    <message>
        <source>Take “{headline}” out of service</source>
        <translation>Ngừng phục vụ “{headline}”</translation>
    </message>
    <message>
        <source>Permit number</source>
        <translation>Số phiếu, biên bản</translation>
    </message>
    <message>
        <source>Reason, Enter sends, Esc leaves</source>
        <translation>Lý do, Enter gửi, Esc thoát</translation>
    </message>
    <message>
        <source>Out of service</source>
        <translation>Ngừng phục vụ</translation>
    </message>
    <message>
        <source>Hand “{headline}” over to a colleague</source>
        <translation>Bàn giao “{headline}” cho đồng nghiệp</translation>
    </message>
    <message>
        <source>No colleague who could take “{headline}” is at a desk</source>
        <translation>Không có đồng nghiệp nào ở bàn trực để nhận “{headline}”</translation>
    </message>
    <message>
        <source>Comment, Enter sends, Esc leaves</source>
        <translation>Ghi chú, Enter gửi, Esc thoát</translation>
    </message>
    <message>
        <source>Hand over</source>
        <translation>Bàn giao</translation>
    </message>
    <message>
        <source>The site allows no shelving of alerts of this priority</source>
        <translation>Trung tâm không cho phép tạm gác cảnh báo mức này</translation>
    </message>
    <message>
        <source>Shelve “{headline}”, for at most {most}; it comes back by itself</source>
        <translation>Tạm gác “{headline}”, tối đa {most}; hết giờ tự báo lại</translation>
    </message>
    <message>
        <source>Shelve “{headline}”, for at most {most} (unverified); it comes back by itself</source>
        <translation>Tạm gác “{headline}”, tối đa {most} (chưa xác minh); hết giờ tự báo lại</translation>
    </message>
    <message>
        <source>Shelve</source>
        <translation>Tạm gác</translation>
    </message>
    <message>
        <source>Shelved</source>
        <translation>Tạm gác</translation>
    </message>
    <message>
        <source>Suppressed</source>
        <translation>Ẩn theo quy tắc</translation>
    </message>
    <message>
        <source>{time} left</source>
        <translation>còn {time}</translation>
    </message>
</context>
<context>
    <name>Boards</name>
    <message>
        <source>entered {time}, revision {revision}, by {who}</source>
        <translation>nhập {time}, lần {revision}: {who}</translation>
    </message>
    <message>
        <source>LATE: {period} is missing</source>
        <translation>TRỄ: thiếu số liệu {period}</translation>
    </message>
    <message>
        <source>no figure yet</source>
        <translation>chưa có số liệu</translation>
    </message>
    <message>
        <source>rank {rank} of {count}</source>
        <translation>hạng {rank}/{count}</translation>
    </message>
    <message>
        <source>{period} so far</source>
        <translation>tạm tính {period}</translation>
    </message>
    <message>
        <source>{count} places have a figure</source>
        <translation>{count} nơi có số liệu</translation>
    </message>
    <message>
        <source>{period} so far {figure}</source>
        <translation>tạm tính {period}: {figure}</translation>
    </message>
    <message>
        <source>target {goal}</source>
        <translation>chỉ tiêu {goal}</translation>
    </message>
    <message>
        <source>{change} than {period}</source>
        <translation>{change} so với {period}</translation>
    </message>
    <message>
        <source>rising</source>
        <translation>xu hướng tăng</translation>
    </message>
    <message>
        <source>falling</source>
        <translation>xu hướng giảm</translation>
    </message>
    <message>
        <source>steady</source>
        <translation>ổn định</translation>
    </message>
</context>
<context>
    <name>BoardsPanel</name>
    <message>
        <source>This site keeps no indicators: indicators.toml names no board.</source>
        <translation>Nơi này không có chỉ tiêu: indicators.toml không có bảng nào.</translation>
    </message>
    <message>
        <source>mean of {n}</source>
        <translation>trung bình {n} kỳ</translation>
    </message>
    <message>
        <source>No figures of its areas yet.</source>
        <translation>Chưa có số liệu theo địa bàn.</translation>
    </message>
    <message>
        <source>no figure</source>
        <translation>chưa có số liệu</translation>
    </message>
    <message>
        <source>The boundaries cannot be fetched: {reason}</source>
        <translation>Không tải được ranh giới: {reason}</translation>
    </message>
    <message>
        <source>Open alert: {headline}</source>
        <translation>Mở cảnh báo: {headline}</translation>
    </message>
    <message>
        <source>‹ Back (Esc)</source>
        <translation>‹ Quay lại (Esc)</translation>
    </message>
    <message>
        <source>Nothing yet.</source>
        <translation>Chưa có gì.</translation>
    </message>
    <message>
        <source>History with every revision</source>
        <translation>Lịch sử, mọi lần nhập</translation>
    </message>
    <message>
        <source>Ranks {period}</source>
        <translation>Xếp hạng kỳ {period}</translation>
    </message>
    <message>
        <source>Made of</source>
        <translation>Được tính từ</translation>
    </message>
    <message>
        <source>How figures stand cannot be told: {why}</source>
        <translation>Không đánh giá được chỉ tiêu: {why}</translation>
    </message>
</context>
<context>
    <name>CallSound</name>
    <message>
        <source>Listen (it is put on record)</source>
        <translation>Nghe lại (có ghi nhật ký)</translation>
    </message>
    <message>
        <source>The recording is on its way…</source>
        <translation>Đang tải bản ghi âm…</translation>
    </message>
    <message>
        <source>The recording cannot be played: {why}</source>
        <translation>Không phát được bản ghi âm: {why}</translation>
    </message>
    <message>
        <source>this machine has no sound output</source>
        <translation>máy này không có thiết bị phát âm thanh</translation>
    </message>
    <message>
        <source>Its recording was kept until {time}.</source>
        <translation>Bản ghi âm được giữ đến {time}.</translation>
    </message>
    <message>
        <source>Recorded {time}, {length}, kept until {until}</source>
        <translation>Ghi âm lúc {time}, dài {length}, giữ đến {until}</translation>
    </message>
    <message>
        <source>The recording cannot be fetched: {why}</source>
        <translation>Không tải được bản ghi âm: {why}</translation>
    </message>
</context>
<context>
    <name>CallWords</name>
    <message>
        <source>ringing</source>
        <translation>đang đổ chuông</translation>
    </message>
    <message>
        <source>in the queue</source>
        <translation>trong hàng chờ</translation>
    </message>
    <message>
        <source>talking</source>
        <translation>đang nói chuyện</translation>
    </message>
    <message>
        <source>on hold</source>
        <translation>đang giữ máy</translation>
    </message>
    <message>
        <source>ended</source>
        <translation>đã kết thúc</translation>
    </message>
    <message>
        <source>hung up unanswered</source>
        <translation>bỏ máy khi chưa được trả lời</translation>
    </message>
    <message>
        <source>turned away: overflow</source>
        <translation>bị từ chối: quá tải</translation>
    </message>
</context>
<context>
    <name>CameraStrip</name>
    <message>
        <source>Next</source>
        <translation>Tiếp</translation>
    </message>
    <message>
        <source>Next page of the patrol</source>
        <translation>Trang tuần tra tiếp theo</translation>
    </message>
    <message>
        <source>Hold</source>
        <translation>Giữ</translation>
    </message>
    <message>
        <source>Keep these cameras whatever is selected</source>
        <translation>Giữ các camera này dù chọn gì khác</translation>
    </message>
    <message>
        <source>Turn the nearest camera that can show the selection</source>
        <translation>Quay camera gần nhất nhìn được nơi đang chọn</translation>
    </message>
    <message>
        <source>Nearest cameras</source>
        <translation>Camera gần nhất</translation>
    </message>
    <message>
        <source>the first {count} see the place</source>
        <translation>{count} camera đầu nhìn thấy nơi này</translation>
    </message>
    <message>
        <source>Cameras</source>
        <translation>Camera</translation>
    </message>
    <message>
        <source>Patrol: {name}</source>
        <translation>Tuần tra: {name}</translation>
    </message>
</context>
<context>
    <name>CameraTreeModel</name>
    <message>
        <source>From the command line</source>
        <translation>Từ dòng lệnh</translation>
    </message>
    <message>
        <source>{camera}  ✕ SIGNAL LOST</source>
        <translation>{camera}  ✕ MẤT TÍN HIỆU</translation>
    </message>
    <message>
        <source>recording: {condition}</source>
        <translation>ghi hình: {condition}</translation>
    </message>
    <message>
        <source>Recording: {condition}</source>
        <translation>Ghi hình: {condition}</translation>
    </message>
</context>
<context>
    <name>Commands</name>
    <message>
        <source>Not sent: there is no connection to the server</source>
        <translation>Chưa gửi: không có kết nối tới máy chủ</translation>
    </message>
    <message>
        <source>The link was lost before the answer came</source>
        <translation>Mất liên kết trước khi có trả lời</translation>
    </message>
    <message>
        <source>No answer from the server within {seconds} s</source>
        <translation>Máy chủ không trả lời trong {seconds} s</translation>
    </message>
    <message>
        <source>Your role does not allow this</source>
        <translation>Vai trò của bạn không được làm việc này</translation>
    </message>
    <message>
        <source>This alert is no longer open</source>
        <translation>Cảnh báo này không còn mở</translation>
    </message>
    <message>
        <source>The alert is already in another state</source>
        <translation>Cảnh báo đã ở trạng thái khác</translation>
    </message>
    <message>
        <source>Somebody else has taken it meanwhile</source>
        <translation>Người khác vừa nhận xử lý</translation>
    </message>
    <message>
        <source>The site does not know this agency</source>
        <translation>Không có cơ quan này trong danh mục</translation>
    </message>
    <message>
        <source>This colleague is not at a desk</source>
        <translation>Đồng nghiệp này không ở bàn trực nào</translation>
    </message>
    <message>
        <source>Longer than the site allows for alerts of this priority</source>
        <translation>Lâu hơn mức cho phép với cảnh báo mức này</translation>
    </message>
    <message>
        <source>The server cannot store it now: {reason}</source>
        <translation>Máy chủ hiện không lưu được: {reason}</translation>
    </message>
    <message>
        <source>Something is still open: {reason}</source>
        <translation>Còn việc chưa xong: {reason}</translation>
    </message>
    <message>
        <source>It needs a reason: {reason}</source>
        <translation>Cần nêu lý do: {reason}</translation>
    </message>
    <message>
        <source>This session only shows; it takes no commands</source>
        <translation>Phiên này chỉ để xem, không nhận lệnh</translation>
    </message>
    <message>
        <source>The server did not understand it: {reason}</source>
        <translation>Máy chủ không hiểu: {reason}</translation>
    </message>
    <message>
        <source>It is not there any more: {reason}</source>
        <translation>Không còn nữa: {reason}</translation>
    </message>
    <message>
        <source>It is already in another state: {reason}</source>
        <translation>Đã ở trạng thái khác: {reason}</translation>
    </message>
    <message>
        <source>That is not possible: {reason}</source>
        <translation>Không thực hiện được: {reason}</translation>
    </message>
    <message>
        <source>Refused without a reason</source>
        <translation>Bị từ chối, không có lý do</translation>
    </message>
</context>
<context>
    <name>Crisis</name>
    <message>
        <source>CRISIS MODE · {theme} · begun by {who} at {when} ({age}): {reason}</source>
        <translation>CHẾ ĐỘ KHỦNG HOẢNG · {theme} · {who} bật lúc {when} ({age}): {reason}</translation>
    </message>
    <message>
        <source>{theme} ended at {when} by {who} ({reason}): {totals}</source>
        <translation>{theme} kết thúc lúc {when}, {who} tắt ({reason}): {totals}</translation>
    </message>
    <message>
        <source>{calls} calls, {answered} answered, {lost} lost, {tickets} reports</source>
        <translation>{calls} cuộc gọi, {answered} được trả lời, {lost} nhỡ, {tickets} phản ánh</translation>
    </message>
    <message>
        <source>In all:</source>
        <translation>Tổng cộng:</translation>
    </message>
    <message>
        <source>Reports by place:</source>
        <translation>Phản ánh theo địa bàn:</translation>
    </message>
    <message>
        <source>Calls by place:</source>
        <translation>Cuộc gọi theo địa bàn:</translation>
    </message>
    <message>
        <source>Reports by category:</source>
        <translation>Phản ánh theo lĩnh vực:</translation>
    </message>
    <message>
        <source>no place told</source>
        <translation>chưa rõ địa bàn</translation>
    </message>
    <message>
        <source>crisis: {theme}</source>
        <translation>khủng hoảng: {theme}</translation>
    </message>
    <message>
        <source>others {count}</source>
        <translation>khác {count}</translation>
    </message>
</context>
<context>
    <name>Debrief</name>
    <message>
        <source>{n} alerts</source>
        <translation>{n} cảnh báo</translation>
    </message>
    <message>
        <source>acknowledged after {time} in the middle</source>
        <translation>xác nhận sau {time} (trung vị)</translation>
    </message>
    <message>
        <source>{n} late</source>
        <translation>{n} muộn</translation>
    </message>
    <message>
        <source>{n} never acknowledged</source>
        <translation>{n} không ai xác nhận</translation>
    </message>
    <message>
        <source>Alert</source>
        <translation>Cảnh báo</translation>
    </message>
    <message>
        <source>Raised</source>
        <translation>Phát sinh</translation>
    </message>
    <message>
        <source>Acknowledged after</source>
        <translation>Xác nhận sau</translation>
    </message>
    <message>
        <source>Handed over after</source>
        <translation>Chuyển xử lý sau</translation>
    </message>
    <message>
        <source>By</source>
        <translation>Người xác nhận</translation>
    </message>
    <message>
        <source>never</source>
        <translation>không có</translation>
    </message>
</context>
<context>
    <name>DebriefPanel</name>
    <message>
        <source>For the minutes…</source>
        <translation>Đưa vào biên bản…</translation>
    </message>
    <message>
        <source>Save the sheet with times, targets and comments as one printable file</source>
        <translation>Lưu bảng thời gian, chỉ tiêu và nhận xét thành một tệp in được</translation>
    </message>
    <message>
        <source>Comment on this instant (Enter)</source>
        <translation>Nhận xét tại thời điểm này (Enter)</translation>
    </message>
    <message>
        <source>Who may not replay the room sees no times here.</source>
        <translation>Tài khoản không có quyền phát lại nên không xem được thời gian xử lý.</translation>
    </message>
    <message>
        <source>The times cannot be fetched: {reason}</source>
        <translation>Không lấy được số liệu thời gian: {reason}</translation>
    </message>
    <message>
        <source>No alert was raised in this span.</source>
        <translation>Không có cảnh báo nào trong khoảng thời gian này.</translation>
    </message>
    <message>
        <source>Sent, waiting for the server…</source>
        <translation>Đã gửi, đang chờ máy chủ…</translation>
    </message>
    <message>
        <source>Sheet for the minutes</source>
        <translation>Bảng đưa vào biên bản</translation>
    </message>
    <message>
        <source>Web page, printable (*.html)</source>
        <translation>Trang web in được (*.html)</translation>
    </message>
    <message>
        <source>Saved: {path}</source>
        <translation>Đã lưu: {path}</translation>
    </message>
</context>
<context>
    <name>Deeds</name>
    <message>
        <source>Find anything in the room…</source>
        <translation>Tìm mọi thứ trong phòng…</translation>
    </message>
    <message>
        <source>Find an action…</source>
        <translation>Tìm thao tác…</translation>
    </message>
    <message>
        <source>Show the keys</source>
        <translation>Xem các phím</translation>
    </message>
    <message>
        <source>Replay from here</source>
        <translation>Phát lại từ đây</translation>
    </message>
    <message>
        <source>Leave</source>
        <translation>Thoát</translation>
    </message>
    <message>
        <source>Sign in again…</source>
        <translation>Đăng nhập lại…</translation>
    </message>
    <message>
        <source>Camera, station, alert, commune…</source>
        <translation>Camera, trạm, cảnh báo, xã phường…</translation>
    </message>
    <message>
        <source>What do you want to do?</source>
        <translation>Bạn muốn làm gì?</translation>
    </message>
    <message>
        <source>Acknowledge the selected alert</source>
        <translation>Xác nhận cảnh báo đang chọn</translation>
    </message>
    <message>
        <source>Acknowledge the selected alert with a comment</source>
        <translation>Xác nhận cảnh báo đang chọn kèm ghi chú</translation>
    </message>
    <message>
        <source>Comment on the selected alert</source>
        <translation>Ghi chú cho cảnh báo đang chọn</translation>
    </message>
    <message>
        <source>Take over the selected alert</source>
        <translation>Nhận xử lý cảnh báo đang chọn</translation>
    </message>
    <message>
        <source>Hand the alert to an agency</source>
        <translation>Chuyển cảnh báo tới cơ quan</translation>
    </message>
    <message>
        <source>Confirm the selected alert</source>
        <translation>Xác minh cảnh báo đang chọn: có sự việc</translation>
    </message>
    <message>
        <source>Reject the selected alert: false alarm</source>
        <translation>Bác cảnh báo đang chọn: báo sai</translation>
    </message>
    <message>
        <source>Bring map and cameras to the selection</source>
        <translation>Đưa bản đồ và camera tới nơi đang chọn</translation>
    </message>
    <message>
        <source>Turn the nearest camera to the selection</source>
        <translation>Quay camera gần nhất tới nơi đang chọn</translation>
    </message>
    <message>
        <source>Shelve the selected alert, or take it back</source>
        <translation>Tạm gác cảnh báo đang chọn, hoặc thôi tạm gác</translation>
    </message>
    <message>
        <source>Hand the selected alert over to a colleague</source>
        <translation>Bàn giao cảnh báo đang chọn cho đồng nghiệp</translation>
    </message>
    <message>
        <source>Take the selected alert out of service, or back</source>
        <translation>Ngừng phục vụ cảnh báo đang chọn, hoặc phục vụ trở lại</translation>
    </message>
    <message>
        <source>Reset the selected latched alert</source>
        <translation>Đặt lại cảnh báo đang giữ</translation>
    </message>
    <message>
        <source>Open an incident from the selected alert</source>
        <translation>Mở sự việc từ cảnh báo đang chọn</translation>
    </message>
    <message>
        <source>Join the selected alert to the suggested incident</source>
        <translation>Ghép cảnh báo đang chọn vào sự việc được gợi ý</translation>
    </message>
    <message>
        <source>Workspace {title}</source>
        <translation>Không gian {title}</translation>
    </message>
    <message>
        <source>Full screen on or off</source>
        <translation>Bật, tắt toàn màn hình</translation>
    </message>
    <message>
        <source>Layout as delivered</source>
        <translation>Bố cục ban đầu</translation>
    </message>
    <message>
        <source>Open a window on every monitor</source>
        <translation>Mở cửa sổ trên mọi màn hình</translation>
    </message>
    <message>
        <source>Mute for {minutes} minutes, or not</source>
        <translation>Tắt tiếng {minutes} phút, hoặc bật lại</translation>
    </message>
    <message>
        <source>Say the worst alert again</source>
        <translation>Đọc lại cảnh báo nghiêm trọng nhất</translation>
    </message>
    <message>
        <source>Voice on or off</source>
        <translation>Bật hoặc tắt giọng đọc</translation>
    </message>
    <message>
        <source>Camera wall: 1, 4, 9 … pictures (Ctrl+1 to Ctrl+9)</source>
        <translation>Tường camera: 1, 4, 9 … hình (Ctrl+1 đến Ctrl+9)</translation>
    </message>
    <message>
        <source>Save the selected picture</source>
        <translation>Lưu hình đang chọn</translation>
    </message>
    <message>
        <source>Open what is selected, large</source>
        <translation>Mở lớn mục đang chọn</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Trở lại</translation>
    </message>
    <message>
        <source>Inbox in a flood: open the group (Left closes it)</source>
        <translation>Danh sách khi dồn dập: mở nhóm (phím trái đóng lại)</translation>
    </message>
    <message>
        <source>Charts: follow now</source>
        <translation>Biểu đồ: theo hiện tại</translation>
    </message>
    <message>
        <source>Map: whole province</source>
        <translation>Bản đồ: toàn tỉnh</translation>
    </message>
    <message>
        <source>Hotline: the call that you talk in, from any workspace</source>
        <translation>Tổng đài: cuộc gọi bạn đang nói, từ mọi màn hình</translation>
    </message>
    <message>
        <source>Hotline: a report of somebody at the counter</source>
        <translation>Tổng đài: tiếp công dân, ghi phản ánh</translation>
    </message>
    <message>
        <source>Hotline: crisis mode (supervisor)</source>
        <translation>Tổng đài: chế độ khủng hoảng (trưởng ca)</translation>
    </message>
    <message>
        <source>Reports and duplicates: the letters that stand on their buttons</source>
        <translation>Phản ánh và phản ánh trùng: phím chữ ghi trên nút</translation>
    </message>
    <message>
        <source>alert</source>
        <translation>cảnh báo</translation>
    </message>
    <message>
        <source>camera</source>
        <translation>camera</translation>
    </message>
    <message>
        <source>station</source>
        <translation>trạm quan trắc</translation>
    </message>
    <message>
        <source>commune</source>
        <translation>xã, phường</translation>
    </message>
    <message>
        <source>Show the workspaces the officer looked at, or not</source>
        <translation>Hiện các màn hình mà trực ban đã xem lúc đó, hoặc thôi</translation>
    </message>
    <message>
        <source>One replay window more</source>
        <translation>Thêm một cửa sổ phát lại</translation>
    </message>
    <message>
        <source>End the replay</source>
        <translation>Kết thúc phát lại</translation>
    </message>
</context>
<context>
    <name>DuplicatesPanel</name>
    <message>
        <source>Alike</source>
        <translation>Giống nhau</translation>
    </message>
    <message>
        <source>Report</source>
        <translation>Phản ánh</translation>
    </message>
    <message>
        <source>With</source>
        <translation>Với</translation>
    </message>
    <message>
        <source>What</source>
        <translation>Nội dung</translation>
    </message>
    <message>
        <source>Away</source>
        <translation>Cách</translation>
    </message>
    <message>
        <source>Apart</source>
        <translation>Lệch giờ</translation>
    </message>
    <message>
        <source>In pairs</source>
        <translation>Số cặp</translation>
    </message>
    <message>
        <source>The same matter</source>
        <translation>Cùng một việc</translation>
    </message>
    <message>
        <source>Not the same</source>
        <translation>Không trùng</translation>
    </message>
    <message>
        <source>The other one stays</source>
        <translation>Giữ phản ánh kia</translation>
    </message>
    <message>
        <source>Difference</source>
        <translation>Khác nhau</translation>
    </message>
    <message>
        <source>Counts</source>
        <translation>Điểm</translation>
    </message>
    <message>
        <source>Duplicates are looked at by the centre: it sees the reports of every agency.</source>
        <translation>Việc xét trùng do trung tâm làm: trung tâm thấy phản ánh của mọi cơ quan.</translation>
    </message>
    <message>
        <source>This site takes no reports: reports.toml names no category.</source>
        <translation>Nơi này không nhận phản ánh: reports.toml không nêu lĩnh vực nào.</translation>
    </message>
    <message>
        <source>No two reports look like the same. What is suggested comes here by itself.</source>
        <translation>Không có hai phản ánh nào giống nhau. Cặp được gợi ý sẽ tự hiện ở đây.</translation>
    </message>
    <message>
        <source>The likeliest {shown} of {total} pairs are shown.</source>
        <translation>Hiện {shown} cặp giống nhất trong {total} cặp.</translation>
    </message>
    <message>
        <source>The other one cannot be joined now.</source>
        <translation>Phản ánh kia hiện không gộp được.</translation>
    </message>
    <message>
        <source>The same matter: {joined} ends as a duplicate and is handled with {to}.</source>
        <translation>Cùng một việc: {joined} kết thúc là trùng, xử lý cùng {to}.</translation>
    </message>
    <message>
        <source>This is a replay: nothing can be done in it.</source>
        <translation>Đây là phát lại: không làm được gì ở đây.</translation>
    </message>
    <message>
        <source>Your role does not decide on duplicates.</source>
        <translation>Vai trò của bạn không quyết định việc trùng.</translation>
    </message>
    <message>
        <source>{code} cannot become a duplicate as it stands; O turns the two round.</source>
        <translation>{code} ở trạng thái này không thể thành trùng; phím O đổi chiều.</translation>
    </message>
    <message>
        <source>Sent, waiting for the server…</source>
        <translation>Đã gửi, chờ máy chủ…</translation>
    </message>
</context>
<context>
    <name>EmbeddedBackend</name>
    <message>
        <source>Starting the backend</source>
        <translation>Đang khởi động máy chủ</translation>
    </message>
    <message>
        <source>The backend ended with code %1</source>
        <translation>Máy chủ dừng với mã %1</translation>
    </message>
</context>
<context>
    <name>EnvironmentModel</name>
    <message>
        <source>City air and water</source>
        <translation>Không khí và nước mặt đô thị</translation>
    </message>
    <message>
        <source>Rain</source>
        <translation>Mưa</translation>
    </message>
    <message>
        <source>Rivers</source>
        <translation>Mực nước sông</translation>
    </message>
    <message>
        <source>Other stations</source>
        <translation>Trạm khác</translation>
    </message>
    <message>
        <source>SILENT {age}</source>
        <translation>IM LẶNG {age}</translation>
    </message>
    <message>
        <source>measuring</source>
        <translation>đang đo</translation>
    </message>
    <message>
        <source>calibrating</source>
        <translation>hiệu chuẩn</translation>
    </message>
    <message>
        <source>device fault</source>
        <translation>lỗi thiết bị</translation>
    </message>
    <message>
        <source>no data yet</source>
        <translation>chưa có số liệu</translation>
    </message>
    <message>
        <source>{share}% of 24 h</source>
        <translation>đủ {share}% / 24 giờ</translation>
    </message>
    <message>
        <source>{hours} h</source>
        <translation>{hours} giờ</translation>
    </message>
    <message>
        <source>at least {sum} (only {share} of the time was measured)</source>
        <translation>ít nhất {sum} (chỉ đo được {share} thời gian)</translation>
    </message>
    <message>
        <source>{count} stations</source>
        <translation>{count} trạm</translation>
    </message>
    <message>
        <source>{count} over the limit</source>
        <translation>{count} vượt ngưỡng</translation>
    </message>
    <message>
        <source>{count} near the limit</source>
        <translation>{count} sát ngưỡng</translation>
    </message>
    <message>
        <source>{count} silent</source>
        <translation>{count} im lặng</translation>
    </message>
    <message>
        <source>level {letter} ({name})</source>
        <translation>mức {letter} ({name})</translation>
    </message>
    <message>
        <source>near</source>
        <translation>sát</translation>
    </message>
</context>
<context>
    <name>EnvironmentPanel</name>
    <message>
        <source>Air quality</source>
        <translation>Chất lượng không khí</translation>
    </message>
    <message>
        <source>Stations</source>
        <translation>Danh sách trạm</translation>
    </message>
    <message>
        <source>Waiting for the site from the server</source>
        <translation>Đang chờ dữ liệu trạm từ máy chủ</translation>
    </message>
    <message>
        <source>This site has no measuring station. Stations are entered in stations.toml of the site.</source>
        <translation>Chưa khai báo trạm quan trắc nào. Khai báo trạm trong tệp stations.toml của địa phương.</translation>
    </message>
    <message>
        <source>{count} over a limit</source>
        <translation>{count} vượt ngưỡng</translation>
    </message>
    <message>
        <source>{count} near a limit</source>
        <translation>{count} sát ngưỡng</translation>
    </message>
    <message>
        <source>{count} measuring</source>
        <translation>{count} đang đo</translation>
    </message>
    <message>
        <source>{count} calibrating</source>
        <translation>{count} hiệu chuẩn</translation>
    </message>
    <message>
        <source>{count} with device fault</source>
        <translation>{count} lỗi thiết bị</translation>
    </message>
    <message>
        <source>{count} silent</source>
        <translation>{count} im lặng</translation>
    </message>
    <message>
        <source>{count} stations</source>
        <translation>{count} trạm</translation>
    </message>
    <message>
        <source>LINK LOST: what is shown is old</source>
        <translation>MẤT LIÊN KẾT: số liệu đang hiện là số liệu cũ</translation>
    </message>
    <message>
        <source>History could not be loaded: {reason}</source>
        <translation>Không tải được lịch sử: {reason}</translation>
    </message>
    <message>
        <source>History of {count} parameters is still loading</source>
        <translation>Đang tải lịch sử của {count} thông số</translation>
    </message>
</context>
<context>
    <name>EventWords</name>
    <message>
        <source>all cameras</source>
        <translation>tất cả camera</translation>
    </message>
    <message>
        <source>{count} cameras</source>
        <translation>{count} camera</translation>
    </message>
    <message>
        <source>the call of {time}</source>
        <translation>cuộc gọi lúc {time}</translation>
    </message>
    <message>
        <source>the system</source>
        <translation>hệ thống</translation>
    </message>
    <message>
        <source>not recorded</source>
        <translation>không ghi</translation>
    </message>
    <message>
        <source>waiting</source>
        <translation>đang chờ</translation>
    </message>
    <message>
        <source>recording</source>
        <translation>đang ghi</translation>
    </message>
    <message>
        <source>gap</source>
        <translation>khoảng trống</translation>
    </message>
    <message>
        <source>cannot be stored</source>
        <translation>không lưu được</translation>
    </message>
    <message>
        <source>bookmark</source>
        <translation>dấu trang</translation>
    </message>
    <message>
        <source>note</source>
        <translation>ghi chú</translation>
    </message>
    <message>
        <source>debriefing comment</source>
        <translation>nhận xét rút kinh nghiệm</translation>
    </message>
    <message>
        <source>marked span</source>
        <translation>đoạn đánh dấu</translation>
    </message>
    <message>
        <source>site {name} loaded: {cameras} cameras, {stations} stations</source>
        <translation>nạp cấu hình {name}: {cameras} camera, {stations} trạm</translation>
    </message>
    <message>
        <source>EXERCISE</source>
        <translation>DIỄN TẬP</translation>
    </message>
    <message>
        <source>{alert}: now {priority}</source>
        <translation>{alert}: chuyển sang mức {priority}</translation>
    </message>
    <message>
        <source>{alert}: updated</source>
        <translation>{alert}: cập nhật</translation>
    </message>
    <message>
        <source>{alert}: over</source>
        <translation>{alert}: đã hết</translation>
    </message>
    <message>
        <source>{alert}: true again</source>
        <translation>{alert}: tái diễn</translation>
    </message>
    <message>
        <source>acknowledged “{alert}”</source>
        <translation>xác nhận “{alert}”</translation>
    </message>
    <message>
        <source>commented on “{alert}”</source>
        <translation>ghi ý kiến về “{alert}”</translation>
    </message>
    <message>
        <source>gave back “{alert}”</source>
        <translation>trả lại “{alert}”</translation>
    </message>
    <message>
        <source>handed “{alert}” over to {colleague}</source>
        <translation>bàn giao “{alert}” cho {colleague}</translation>
    </message>
    <message>
        <source>took over “{alert}” from {previous}</source>
        <translation>nhận xử lý “{alert}” từ {previous}</translation>
    </message>
    <message>
        <source>took over “{alert}”</source>
        <translation>nhận xử lý “{alert}”</translation>
    </message>
    <message>
        <source>handed “{alert}” to {agency}</source>
        <translation>chuyển “{alert}” cho {agency}</translation>
    </message>
    <message>
        <source>found “{alert}” to be right</source>
        <translation>xác minh “{alert}” là đúng</translation>
    </message>
    <message>
        <source>found “{alert}” to be a false alarm</source>
        <translation>xác minh “{alert}” là báo sai</translation>
    </message>
    <message>
        <source>shelved “{alert}” until {time}</source>
        <translation>tạm gác “{alert}” đến {time}</translation>
    </message>
    <message>
        <source>took “{alert}” out of service until {time}</source>
        <translation>ngừng phục vụ “{alert}” đến {time}</translation>
    </message>
    <message>
        <source>{alert}: back from the shelf</source>
        <translation>{alert}: hết tạm gác</translation>
    </message>
    <message>
        <source>{alert}: suppressed by design</source>
        <translation>{alert}: bị ẩn theo quy tắc</translation>
    </message>
    <message>
        <source>{alert}: no longer suppressed</source>
        <translation>{alert}: thôi ẩn theo quy tắc</translation>
    </message>
    <message>
        <source>{alert}: back in service</source>
        <translation>{alert}: trở lại phục vụ</translation>
    </message>
    <message>
        <source>{alert}: still active, asks again</source>
        <translation>{alert}: vẫn chưa hết, báo lại</translation>
    </message>
    <message>
        <source>its time is over</source>
        <translation>đã hết thời hạn</translation>
    </message>
    <message>
        <source>it became more urgent</source>
        <translation>đã trở nên khẩn cấp hơn</translation>
    </message>
    <message>
        <source>reset “{alert}”</source>
        <translation>đặt lại “{alert}”</translation>
    </message>
    <message>
        <source>{alert}: nobody answered, level {level} is told: {recipient}</source>
        <translation>{alert}: không ai xác nhận, báo lên cấp {level}: {recipient}</translation>
    </message>
    <message>
        <source>camera {camera}: signal is there</source>
        <translation>camera {camera}: có tín hiệu</translation>
    </message>
    <message>
        <source>camera {camera}: signal lost</source>
        <translation>camera {camera}: mất tín hiệu</translation>
    </message>
    <message>
        <source>camera {camera}: not checked</source>
        <translation>camera {camera}: chưa kiểm tra</translation>
    </message>
    <message>
        <source>turns the camera {camera} to “{preset}”</source>
        <translation>quay camera {camera} tới “{preset}”</translation>
    </message>
    <message>
        <source>camera {camera} turns by itself to “{preset}”</source>
        <translation>camera {camera} tự quay tới “{preset}”</translation>
    </message>
    <message>
        <source>camera {camera} goes back to “{preset}”</source>
        <translation>camera {camera} quay về “{preset}”</translation>
    </message>
    <message>
        <source>camera {camera} stands at “{preset}”</source>
        <translation>camera {camera} đã tới “{preset}”</translation>
    </message>
    <message>
        <source>camera {camera} did not go to “{preset}”</source>
        <translation>camera {camera} không tới được “{preset}”</translation>
    </message>
    <message>
        <source>source {producer}: data comes</source>
        <translation>nguồn {producer}: có dữ liệu</translation>
    </message>
    <message>
        <source>source {producer}: silent</source>
        <translation>nguồn {producer}: im lặng</translation>
    </message>
    <message>
        <source>source {producer}: nothing came yet</source>
        <translation>nguồn {producer}: chưa có dữ liệu</translation>
    </message>
    <message>
        <source>last at {time}</source>
        <translation>lần cuối lúc {time}</translation>
    </message>
    <message>
        <source>broken input of {producer} put aside</source>
        <translation>dữ liệu hỏng của {producer} được để riêng</translation>
    </message>
    <message>
        <source>fire panel of {place}: alarm {code}</source>
        <translation>tủ báo cháy {place}: báo động {code}</translation>
    </message>
    <message>
        <source>fire panel of {place}: alarm over {code}</source>
        <translation>tủ báo cháy {place}: hết báo động {code}</translation>
    </message>
    <message>
        <source>fire panel of {place}: trouble {code}</source>
        <translation>tủ báo cháy {place}: sự cố {code}</translation>
    </message>
    <message>
        <source>fire panel of {place}: trouble over {code}</source>
        <translation>tủ báo cháy {place}: hết sự cố {code}</translation>
    </message>
    <message>
        <source>fire panel of {place}: test {code}</source>
        <translation>tủ báo cháy {place}: kiểm tra {code}</translation>
    </message>
    <message>
        <source>fire panel of {place}: report {code}</source>
        <translation>tủ báo cháy {place}: bản tin {code}</translation>
    </message>
    <message>
        <source>zone {zone}</source>
        <translation>khu vực {zone}</translation>
    </message>
    <message>
        <source>zones and checkpoints declared: {names}</source>
        <translation>công bố vùng, chốt: {names}</translation>
    </message>
    <message>
        <source>zones and checkpoints lifted: {names}</source>
        <translation>bãi bỏ vùng, chốt: {names}</translation>
    </message>
    <message>
        <source>signed in as {role}</source>
        <translation>đăng nhập, vai trò {role}</translation>
    </message>
    <message>
        <source>left the desk</source>
        <translation>rời bàn trực</translation>
    </message>
    <message>
        <source>duty officer</source>
        <translation>cán bộ trực ban</translation>
    </message>
    <message>
        <source>leader</source>
        <translation>lãnh đạo</translation>
    </message>
    <message>
        <source>supervisor</source>
        <translation>giám sát</translation>
    </message>
    <message>
        <source>agency</source>
        <translation>cơ quan phối hợp</translation>
    </message>
    <message>
        <source>administrator</source>
        <translation>quản trị</translation>
    </message>
    <message>
        <source>information security officer</source>
        <translation>cán bộ an toàn thông tin</translation>
    </message>
    <message>
        <source>acknowledging</source>
        <translation>xác nhận</translation>
    </message>
    <message>
        <source>commenting</source>
        <translation>ghi ý kiến</translation>
    </message>
    <message>
        <source>taking over</source>
        <translation>nhận xử lý</translation>
    </message>
    <message>
        <source>giving back</source>
        <translation>trả lại</translation>
    </message>
    <message>
        <source>handing to an agency</source>
        <translation>chuyển cho cơ quan</translation>
    </message>
    <message>
        <source>judging</source>
        <translation>xác minh</translation>
    </message>
    <message>
        <source>handing over to a colleague</source>
        <translation>bàn giao cho đồng nghiệp</translation>
    </message>
    <message>
        <source>shelving</source>
        <translation>tạm gác</translation>
    </message>
    <message>
        <source>taking back from the shelf</source>
        <translation>thôi tạm gác</translation>
    </message>
    <message>
        <source>taking out of service</source>
        <translation>ngừng phục vụ</translation>
    </message>
    <message>
        <source>returning to service</source>
        <translation>đưa trở lại phục vụ</translation>
    </message>
    <message>
        <source>resetting</source>
        <translation>đặt lại</translation>
    </message>
    <message>
        <source>placing a mark</source>
        <translation>đặt dấu</translation>
    </message>
    <message>
        <source>removing a mark</source>
        <translation>bỏ dấu</translation>
    </message>
    <message>
        <source>holding evidence</source>
        <translation>niêm giữ bằng chứng</translation>
    </message>
    <message>
        <source>releasing evidence</source>
        <translation>bỏ niêm giữ bằng chứng</translation>
    </message>
    <message>
        <source>exporting evidence</source>
        <translation>xuất bằng chứng</translation>
    </message>
    <message>
        <source>changing an export</source>
        <translation>dừng hoặc tiếp tục xuất bằng chứng</translation>
    </message>
    <message>
        <source>to turn a camera</source>
        <translation>quay camera</translation>
    </message>
    <message>
        <source>an entry of the desk</source>
        <translation>mục ghi của bàn trực</translation>
    </message>
    <message>
        <source>opening an incident</source>
        <translation>mở sự việc</translation>
    </message>
    <message>
        <source>joining to an incident</source>
        <translation>ghép vào sự việc</translation>
    </message>
    <message>
        <source>taking out of an incident</source>
        <translation>tách khỏi sự việc</translation>
    </message>
    <message>
        <source>changing an incident</source>
        <translation>sửa sự việc</translation>
    </message>
    <message>
        <source>leading an incident</source>
        <translation>chủ trì sự việc</translation>
    </message>
    <message>
        <source>another phase of an incident</source>
        <translation>chuyển trạng thái sự việc</translation>
    </message>
    <message>
        <source>an entry in an incident&apos;s log</source>
        <translation>ghi nhật ký sự việc</translation>
    </message>
    <message>
        <source>starting a procedure</source>
        <translation>bắt đầu quy trình</translation>
    </message>
    <message>
        <source>a step of a procedure</source>
        <translation>một bước quy trình</translation>
    </message>
    <message>
        <source>asking an agency</source>
        <translation>giao việc cho cơ quan</translation>
    </message>
    <message>
        <source>news of a task</source>
        <translation>cập nhật việc đã giao</translation>
    </message>
    <message>
        <source>looking through an incident</source>
        <translation>xem lại sự việc</translation>
    </message>
    <message>
        <source>signing on to a shift</source>
        <translation>nhận ca</translation>
    </message>
    <message>
        <source>a task of the shift</source>
        <translation>nhiệm vụ trong ca</translation>
    </message>
    <message>
        <source>a note of the shift</source>
        <translation>ghi chép ca trực</translation>
    </message>
    <message>
        <source>drafting a hand-over sheet</source>
        <translation>lập biên bản giao ca</translation>
    </message>
    <message>
        <source>signing a hand-over sheet</source>
        <translation>ký biên bản giao ca</translation>
    </message>
    <message>
        <source>another state of a report</source>
        <translation>chuyển trạng thái phản ánh</translation>
    </message>
    <message>
        <source>giving a report to an agency</source>
        <translation>chuyển phản ánh cho cơ quan</translation>
    </message>
    <message>
        <source>a word on a report</source>
        <translation>ghi ý kiến vào phản ánh</translation>
    </message>
    <message>
        <source>asking for more time</source>
        <translation>xin gia hạn</translation>
    </message>
    <message>
        <source>deciding on more time</source>
        <translation>duyệt gia hạn</translation>
    </message>
    <message>
        <source>telling two reports apart</source>
        <translation>tách hai phản ánh không trùng</translation>
    </message>
    <message>
        <source>deciding who may see a picture</source>
        <translation>cho công khai một ảnh</translation>
    </message>
    <message>
        <source>the receipt of the leader</source>
        <translation>xác nhận đã xem của lãnh đạo</translation>
    </message>
    <message>
        <source>crisis mode of the hotline</source>
        <translation>chế độ khủng hoảng của tổng đài</translation>
    </message>
    <message>
        <source>the end of a crisis mode</source>
        <translation>tắt chế độ khủng hoảng</translation>
    </message>
    <message>
        <source>giving a story of the press to an agency</source>
        <translation>giao tin báo chí cho cơ quan</translation>
    </message>
    <message>
        <source>dismissing a story of the press</source>
        <translation>bỏ qua tin báo chí</translation>
    </message>
    <message>
        <source>making a report of a story of the press</source>
        <translation>chuyển tin báo chí thành phản ánh</translation>
    </message>
    <message>
        <source>planning a meeting</source>
        <translation>lên lịch họp</translation>
    </message>
    <message>
        <source>changing a meeting&apos;s plan</source>
        <translation>đổi kế hoạch họp</translation>
    </message>
    <message>
        <source>an entry in a meeting&apos;s list</source>
        <translation>ghi danh dự họp</translation>
    </message>
    <message>
        <source>beginning or ending a meeting</source>
        <translation>bắt đầu hoặc kết thúc họp</translation>
    </message>
    <message>
        <source>opening an item of the agenda</source>
        <translation>mở nội dung họp</translation>
    </message>
    <message>
        <source>showing something to a meeting</source>
        <translation>trình chiếu trong họp</translation>
    </message>
    <message>
        <source>asking for the floor</source>
        <translation>xin phát biểu</translation>
    </message>
    <message>
        <source>giving the floor</source>
        <translation>mời phát biểu</translation>
    </message>
    <message>
        <source>opening a vote</source>
        <translation>mở biểu quyết</translation>
    </message>
    <message>
        <source>voting</source>
        <translation>biểu quyết</translation>
    </message>
    <message>
        <source>taking a ballot</source>
        <translation>nhận phiếu kín</translation>
    </message>
    <message>
        <source>closing a vote</source>
        <translation>đóng biểu quyết</translation>
    </message>
    <message>
        <source>a conclusion of a meeting</source>
        <translation>kết luận họp</translation>
    </message>
    <message>
        <source>a line of the minutes</source>
        <translation>ghi biên bản</translation>
    </message>
    <message>
        <source>the quiet rule of a meeting</source>
        <translation>quy tắc yên lặng của cuộc họp</translation>
    </message>
    <message>
        <source>refused: {command}</source>
        <translation>bị từ chối: {command}</translation>
    </message>
    <message>
        <source>recording of {camera}: {condition}</source>
        <translation>ghi hình {camera}: {condition}</translation>
    </message>
    <message>
        <source>holds evidence of {cameras}, {span}</source>
        <translation>niêm giữ bằng chứng của {cameras}, {span}</translation>
    </message>
    <message>
        <source>released held evidence</source>
        <translation>bỏ niêm giữ bằng chứng</translation>
    </message>
    <message>
        <source>ordered the evidence package “{title}” of {cameras}, {span}</source>
        <translation>yêu cầu xuất gói bằng chứng “{title}” của {cameras}, {span}</translation>
    </message>
    <message>
        <source>the evidence package “{title}” goes on</source>
        <translation>gói bằng chứng “{title}” tiếp tục xuất</translation>
    </message>
    <message>
        <source>the evidence package “{title}” is ready</source>
        <translation>gói bằng chứng “{title}” đã xong</translation>
    </message>
    <message>
        <source>the evidence package “{title}” was stopped</source>
        <translation>gói bằng chứng “{title}” đã dừng</translation>
    </message>
    <message>
        <source>the evidence package “{title}” failed</source>
        <translation>gói bằng chứng “{title}” bị lỗi</translation>
    </message>
    <message>
        <source>placed a mark on the timeline: {mark} at {time}</source>
        <translation>đặt dấu trên trục thời gian: {mark} lúc {time}</translation>
    </message>
    <message>
        <source>forecast for {station}, issued at {time}</source>
        <translation>dự báo cho trạm {station}, phát lúc {time}</translation>
    </message>
    <message>
        <source>other limits hold from {day} on</source>
        <translation>giới hạn khác có hiệu lực từ {day}</translation>
    </message>
    <message>
        <source>{station}: too few dust readings for VN_AQI</source>
        <translation>{station}: không đủ số liệu bụi để tính VN_AQI</translation>
    </message>
    <message>
        <source>{station}: VN_AQI {value} ({pollutant})</source>
        <translation>{station}: VN_AQI {value} ({pollutant})</translation>
    </message>
    <message>
        <source>{count} indicator figures entered</source>
        <translation>nhập {count} số liệu chỉ tiêu</translation>
    </message>
    <message>
        <source>{count} indicator figures counted from the log</source>
        <translation>tự tính {count} số liệu chỉ tiêu từ nhật ký</translation>
    </message>
    <message>
        <source>{count} indicator figures computed</source>
        <translation>tính {count} số liệu chỉ tiêu</translation>
    </message>
    <message>
        <source>removed a mark from the timeline</source>
        <translation>bỏ dấu trên trục thời gian</translation>
    </message>
    <message>
        <source>showed the workspace “{name}”</source>
        <translation>mở màn hình “{name}”</translation>
    </message>
    <message>
        <source>opened the camera {camera} large</source>
        <translation>phóng to camera {camera}</translation>
    </message>
    <message>
        <source>brought the room to {name}</source>
        <translation>đưa cả phòng đến {name}</translation>
    </message>
    <message>
        <source>the desk went to {name} by itself</source>
        <translation>bàn trực tự chuyển tới {name}</translation>
    </message>
    <message>
        <source>opened the replay at {time}</source>
        <translation>mở phát lại từ {time}</translation>
    </message>
    <message>
        <source>saved a picture of {camera}</source>
        <translation>lưu ảnh từ {camera}</translation>
    </message>
    <message>
        <source>muted the sound</source>
        <translation>tắt tiếng</translation>
    </message>
    <message>
        <source>turned the sound on</source>
        <translation>bật lại tiếng</translation>
    </message>
    <message>
        <source>turned the voice on</source>
        <translation>bật giọng đọc</translation>
    </message>
    <message>
        <source>turned the voice off</source>
        <translation>tắt giọng đọc</translation>
    </message>
    <message>
        <source>changed the sound</source>
        <translation>đổi âm thanh</translation>
    </message>
    <message>
        <source>procedure “{title}”: version {version} holds</source>
        <translation>quy trình “{title}”: áp dụng bản {version}</translation>
    </message>
    <message>
        <source>incident</source>
        <translation>sự việc</translation>
    </message>
    <message>
        <source>shift</source>
        <translation>ca trực</translation>
    </message>
    <message>
        <source>signed on as {position}</source>
        <translation>nhận ca, vị trí {position}</translation>
    </message>
    <message>
        <source>did the task “{task}”</source>
        <translation>đã làm nhiệm vụ “{task}”</translation>
    </message>
    <message>
        <source>skipped the task “{task}”</source>
        <translation>bỏ qua nhiệm vụ “{task}”</translation>
    </message>
    <message>
        <source>noted</source>
        <translation>ghi chép</translation>
    </message>
    <message>
        <source>drafted the hand-over sheet</source>
        <translation>lập biên bản giao ca</translation>
    </message>
    <message>
        <source>signed the hand-over sheet as the leaving officer</source>
        <translation>ký biên bản giao ca (người giao)</translation>
    </message>
    <message>
        <source>signed the hand-over sheet as the coming officer</source>
        <translation>ký biên bản giao ca (người nhận)</translation>
    </message>
    <message>
        <source>taken up again: {codes}</source>
        <translation>lấy lại hồ sơ: {codes}</translation>
    </message>
    <message>
        <source>something that is not for this seat</source>
        <translation>việc không thuộc quyền xem của bàn này</translation>
    </message>
    <message>
        <source>a withheld number</source>
        <translation>số ẩn</translation>
    </message>
    <message>
        <source>hotline: call from {caller}</source>
        <translation>tổng đài: cuộc gọi từ {caller}</translation>
    </message>
    <message>
        <source>hotline: call from {caller}: {what}</source>
        <translation>tổng đài: cuộc gọi từ {caller}: {what}</translation>
    </message>
    <message>
        <source>its recording is here, {length}</source>
        <translation>đã có bản ghi âm, dài {length}</translation>
    </message>
    <message>
        <source>hotline: crisis mode on: {theme}</source>
        <translation>tổng đài: bật chế độ khủng hoảng: {theme}</translation>
    </message>
    <message>
        <source>hotline: crisis mode off: {theme}: {totals}</source>
        <translation>tổng đài: tắt chế độ khủng hoảng: {theme}: {totals}</translation>
    </message>
    <message>
        <source>meeting</source>
        <translation>cuộc họp</translation>
    </message>
</context>
<context>
    <name>EvidenceDialog</name>
    <message>
        <source>Hold evidence</source>
        <translation>Niêm giữ bằng chứng</translation>
    </message>
    <message>
        <source>Export evidence</source>
        <translation>Xuất bằng chứng</translation>
    </message>
    <message>
        <source>Span</source>
        <translation>Đoạn</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>Lý do</translation>
    </message>
    <message>
        <source>Title</source>
        <translation>Tiêu đề</translation>
    </message>
    <message>
        <source>Cameras</source>
        <translation>Camera</translation>
    </message>
    <message>
        <source>A second copy with this text burnt in:</source>
        <translation>Thêm bản sao có in chữ:</translation>
    </message>
    <message>
        <source>Draw…</source>
        <translation>Vẽ…</translation>
    </message>
    <message>
        <source>Encrypt the package (a passphrase is made for you)</source>
        <translation>Mã hóa gói (hệ thống cấp mật khẩu)</translation>
    </message>
    <message>
        <source>all {count}</source>
        <translation>tất cả {count}</translation>
    </message>
    <message>
        <source>chosen ones</source>
        <translation>chọn từng camera</translation>
    </message>
    <message>
        <source>Name of a camera</source>
        <translation>Tên camera</translation>
    </message>
    <message>
        <source>Watermark</source>
        <translation>Hình chìm</translation>
    </message>
    <message>
        <source>Masks</source>
        <translation>Vùng che</translation>
    </message>
    <message>
        <source>Protection</source>
        <translation>Bảo vệ</translation>
    </message>
    <message>
        <source>Hold</source>
        <translation>Niêm giữ</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Xuất</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Đóng</translation>
    </message>
    <message>
        <source>The span is too long: at most {longest}</source>
        <translation>Đoạn quá dài: tối đa {longest}</translation>
    </message>
    <message>
        <source>Say why</source>
        <translation>Hãy ghi lý do</translation>
    </message>
    <message>
        <source>Give it a title</source>
        <translation>Hãy đặt tiêu đề</translation>
    </message>
    <message>
        <source>Choose at least one camera</source>
        <translation>Hãy chọn ít nhất một camera</translation>
    </message>
    <message>
        <source>Painted over in copies; the originals stay out: {names}</source>
        <translation>Tô kín trong bản sao, không kèm bản gốc: {names}</translation>
    </message>
    <message>
        <source>Sent, waiting for the server…</source>
        <translation>Đã gửi, đang chờ máy chủ…</translation>
    </message>
    <message>
        <source>Evidence is held: {title}</source>
        <translation>Đã niêm giữ bằng chứng: {title}</translation>
    </message>
    <message>
        <source>Exporting: {title}</source>
        <translation>Đang xuất: {title}</translation>
    </message>
</context>
<context>
    <name>ExerciseBanner</name>
    <message>
        <source> (and {count} more)</source>
        <translation> (và {count} bản tin khác)</translation>
    </message>
    <message>
        <source>“{headline}”{more} is an exercise. Every alert that is not marked so is real.</source>
        <translation>“{headline}”{more} là diễn tập. Mọi cảnh báo không ghi như vậy đều là thật.</translation>
    </message>
</context>
<context>
    <name>Finder</name>
    <message>
        <source>Nothing found</source>
        <translation>Không tìm thấy</translation>
    </message>
</context>
<context>
    <name>FireSite</name>
    <message>
        <source>Dispatch: {clock}</source>
        <translation>Chuyển lực lượng: {clock}</translation>
    </message>
    <message>
        <source>LATE: {clock}</source>
        <translation>QUÁ GIỜ: {clock}</translation>
    </message>
    <message>
        <source>Dispatched late: {clock}</source>
        <translation>Đã chuyển, quá giờ: {clock}</translation>
    </message>
    <message>
        <source>Dispatched in time: {clock}</source>
        <translation>Đã chuyển đúng giờ: {clock}</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>Địa chỉ</translation>
    </message>
    <message>
        <source>Call</source>
        <translation>Gọi</translation>
    </message>
    <message>
        <source>Hazard</source>
        <translation>Nguy hiểm</translation>
    </message>
    <message>
        <source>Access</source>
        <translation>Đường vào</translation>
    </message>
    <message>
        <source>Water</source>
        <translation>Nguồn nước</translation>
    </message>
    <message>
        <source>Floors</source>
        <translation>Số tầng</translation>
    </message>
    <message>
        <source>Cameras</source>
        <translation>Camera</translation>
    </message>
    <message>
        <source>Plan</source>
        <translation>Sơ đồ</translation>
    </message>
    <message>
        <source>Panel</source>
        <translation>Tủ báo cháy</translation>
    </message>
    <message>
        <source>account {account}, reports every {seconds} s</source>
        <translation>mã {account}, liên lạc mỗi {seconds} s</translation>
    </message>
</context>
<context>
    <name>GoToDialog</name>
    <message>
        <source>Go to an instant</source>
        <translation>Đến một thời điểm</translation>
    </message>
    <message>
        <source>-5 min</source>
        <translation>-5 ph</translation>
    </message>
    <message>
        <source>Go</source>
        <translation>Đến</translation>
    </message>
    <message>
        <source>not yet: goes to the newest instant</source>
        <translation>chưa đến: sẽ về thời điểm mới nhất</translation>
    </message>
    <message>
        <source>Not understood. For example: 10:02:15</source>
        <translation>Chưa hiểu. Ví dụ: 10:02:15</translation>
    </message>
    <message>
        <source>A time alone is of the day that is replayed</source>
        <translation>Chỉ ghi giờ thì tính theo ngày đang phát lại</translation>
    </message>
</context>
<context>
    <name>Header</name>
    <message>
        <source>REPLAY</source>
        <translation>PHÁT LẠI</translation>
    </message>
    <message>
        <source>Menu (Ctrl+K finds every action)</source>
        <translation>Trình đơn (Ctrl+K tìm mọi thao tác)</translation>
    </message>
    <message>
        <source>◆ {count} figures late  {key}</source>
        <translation>◆ {count} chỉ tiêu chậm  {key}</translation>
    </message>
    <message>
        <source>☎ {caller}  {key}</source>
        <translation>☎ {caller}  {key}</translation>
    </message>
    <message>
        <source>a withheld number</source>
        <translation>số ẩn</translation>
    </message>
    <message>
        <source>You talk with this caller: open the hotline and the ticket</source>
        <translation>Bạn đang nói chuyện với người gọi này: mở tổng đài và phiếu ghi</translation>
    </message>
    <message>
        <source>replaying {instant}</source>
        <translation>đang phát lại {instant}</translation>
    </message>
</context>
<context>
    <name>Help</name>
    <message>
        <source>Keys</source>
        <translation>Các phím</translation>
    </message>
</context>
<context>
    <name>Hotline</name>
    <message>
        <source>Arrived</source>
        <translation>Gọi đến</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Trạng thái</translation>
    </message>
    <message>
        <source>Caller</source>
        <translation>Người gọi</translation>
    </message>
    <message>
        <source>Waited</source>
        <translation>Đã chờ</translation>
    </message>
    <message>
        <source>Queue</source>
        <translation>Hàng chờ</translation>
    </message>
    <message>
        <source>Agent</source>
        <translation>Bàn trả lời</translation>
    </message>
    <message>
        <source>Place</source>
        <translation>Nơi gọi</translation>
    </message>
    <message>
        <source>Waiting {count}</source>
        <translation>Đang chờ {count}</translation>
    </message>
    <message>
        <source>▲ OVERLOADED</source>
        <translation>▲ QUÁ TẢI</translation>
    </message>
    <message>
        <source>longest {age}</source>
        <translation>lâu nhất {age}</translation>
    </message>
    <message>
        <source>talking {count}</source>
        <translation>đang nói chuyện {count}</translation>
    </message>
    <message>
        <source>no call yet today</source>
        <translation>hôm nay chưa có cuộc gọi</translation>
    </message>
    <message>
        <source>today {count} calls</source>
        <translation>hôm nay {count} cuộc gọi</translation>
    </message>
    <message>
        <source>answered {percent}%</source>
        <translation>đã trả lời {percent}%</translation>
    </message>
    <message>
        <source>{percent}% of them within {target} s</source>
        <translation>trong đó {percent}% trong vòng {target} s</translation>
    </message>
    <message>
        <source>hung up unanswered {count}</source>
        <translation>bỏ máy khi chưa trả lời {count}</translation>
    </message>
    <message>
        <source>turned away {count}</source>
        <translation>bị từ chối {count}</translation>
    </message>
    <message>
        <source>withheld</source>
        <translation>số ẩn</translation>
    </message>
</context>
<context>
    <name>HotlinePanel</name>
    <message>
        <source>Report at the counter…</source>
        <translation>Tiếp công dân, ghi phản ánh…</translation>
    </message>
    <message>
        <source>The hotline has no call. Calls appear as soon as the switchboard tells of them.</source>
        <translation>Tổng đài chưa có cuộc gọi nào. Cuộc gọi hiện ra ngay khi tổng đài báo.</translation>
    </message>
    <message>
        <source>The call that was chosen is not on the board at this instant.</source>
        <translation>Cuộc gọi đã chọn không có trên bảng vào thời điểm này.</translation>
    </message>
    <message>
        <source>The call that was chosen is about to ring.</source>
        <translation>Cuộc gọi đã chọn sắp đổ chuông.</translation>
    </message>
    <message>
        <source>Tell callers: “{words}”</source>
        <translation>Thông báo cho người gọi: “{words}”</translation>
    </message>
    <message>
        <source>End crisis mode…</source>
        <translation>Tắt chế độ khủng hoảng…</translation>
    </message>
    <message>
        <source>Crisis mode…</source>
        <translation>Chế độ khủng hoảng…</translation>
    </message>
    <message>
        <source>☎ You talk with {caller}. {key} opens the call; what you write now stays until then.</source>
        <translation>☎ Bạn đang nói chuyện với {caller}. {key} mở cuộc gọi; nội dung đang viết vẫn giữ nguyên đến lúc đó.</translation>
    </message>
    <message>
        <source>a withheld number</source>
        <translation>số ẩn</translation>
    </message>
    <message>
        <source>A ticket is not filed yet: Ctrl+Enter files it, Esc twice gives it up.</source>
        <translation>Còn một phiếu chưa lập: Ctrl+Enter để lập, Esc hai lần để bỏ.</translation>
    </message>
    <message>
        <source>Earlier calls are for the officers of the hotline.</source>
        <translation>Chỉ cán bộ trực tổng đài xem được các cuộc gọi trước.</translation>
    </message>
    <message>
        <source>Asking for the earlier calls of this number…</source>
        <translation>Đang hỏi các cuộc gọi trước của số này…</translation>
    </message>
    <message>
        <source>Why does the crisis “{theme}” end? Enter ends it</source>
        <translation>Vì sao tắt chế độ khủng hoảng “{theme}”? Enter để tắt</translation>
    </message>
    <message>
        <source>Why is it begun? Enter begins it, for the whole room</source>
        <translation>Vì sao bật? Enter để bật cho cả phòng trực</translation>
    </message>
    <message>
        <source>Sent, waiting for the server…</source>
        <translation>Đã gửi, chờ máy chủ…</translation>
    </message>
    <message>
        <source>Earlier calls of this number: {count}</source>
        <translation>Cuộc gọi trước của số này: {count}</translation>
    </message>
    <message>
        <source>From the same place within a day, by others: {count}</source>
        <translation>Số khác gọi từ cùng địa bàn trong một ngày: {count}</translation>
    </message>
    <message>
        <source>The earlier calls cannot be fetched: {reason}</source>
        <translation>Không lấy được các cuộc gọi trước: {reason}</translation>
    </message>
</context>
<context>
    <name>Hydrology</name>
    <message>
        <source>{hours} h</source>
        <translation>{hours} giờ</translation>
    </message>
    <message>
        <source>Rain, mm</source>
        <translation>Mưa, mm</translation>
    </message>
    <message>
        <source>Since 19:00</source>
        <translation>Từ 19 giờ</translation>
    </message>
    <message>
        <source>Class of 24 h</source>
        <translation>Cấp mưa 24 giờ</translation>
    </message>
    <message>
        <source>Last sample</source>
        <translation>Số liệu cuối</translation>
    </message>
    <message>
        <source>no data yet</source>
        <translation>chưa có số liệu</translation>
    </message>
    <message>
        <source>SILENT {age}</source>
        <translation>IM LẶNG {age}</translation>
    </message>
    <message>
        <source>no alarm level is known for this gauge</source>
        <translation>chưa biết mức báo động của trạm này</translation>
    </message>
    <message>
        <source>slope not known yet</source>
        <translation>chưa đủ số liệu tính tốc độ</translation>
    </message>
    <message>
        <source>{rate} m/h</source>
        <translation>{rate} m/giờ</translation>
    </message>
    <message>
        <source>rising fast</source>
        <translation>lên nhanh</translation>
    </message>
    <message>
        <source>rising</source>
        <translation>đang lên</translation>
    </message>
    <message>
        <source>steady</source>
        <translation>đứng nước</translation>
    </message>
    <message>
        <source>falling</source>
        <translation>đang xuống</translation>
    </message>
    <message>
        <source>no forecast</source>
        <translation>không có dự báo</translation>
    </message>
    <message>
        <source>{source}, issued {time}</source>
        <translation>{source}, phát lúc {time}</translation>
    </message>
    <message>
        <source>source not named</source>
        <translation>không rõ nguồn</translation>
    </message>
    <message>
        <source>the forecast has run out</source>
        <translation>dự báo đã hết hạn</translation>
    </message>
    <message>
        <source>forecast up to {level} at {time}</source>
        <translation>dự báo cao nhất {level} lúc {time}</translation>
    </message>
    <message>
        <source>no camera beside it</source>
        <translation>không có camera bên cạnh</translation>
    </message>
    <message>
        <source>SIGNAL LOST</source>
        <translation>MẤT TÍN HIỆU</translation>
    </message>
    <message>
        <source>at least {sum} (only {share}% of the time was measured)</source>
        <translation>ít nhất {sum} (chỉ đo được {share}% thời gian)</translation>
    </message>
    <message>
        <source>amount of {amount} mm in {hours} h ({source}): no level of risk, that is the bulletin&apos;s to say</source>
        <translation>lượng mưa đạt khoảng {amount} mm/{hours} giờ của {source}; không phải cấp rủi ro, cấp do bản tin công bố</translation>
    </message>
    <message>
        <source>{count} gauges</source>
        <translation>{count} trạm thủy văn</translation>
    </message>
    <message>
        <source>{count} at or above {mark}</source>
        <translation>{count} từ {mark} trở lên</translation>
    </message>
    <message>
        <source>{count} rising fast</source>
        <translation>{count} lên nhanh</translation>
    </message>
    <message>
        <source>{count} silent</source>
        <translation>{count} im lặng</translation>
    </message>
    <message>
        <source>No rain was measured in the last 24 hours yet</source>
        <translation>Chưa đo được mưa trong 24 giờ qua</translation>
    </message>
    <message>
        <source>Rain of 24 h: {coverage} ({wet} of {stations} stations)</source>
        <translation>Mưa 24 giờ: {coverage} ({wet}/{stations} trạm)</translation>
    </message>
    <message>
        <source>most {sum} mm, {class_}, {station}</source>
        <translation>lớn nhất {sum} mm, {class_}, {station}</translation>
    </message>
</context>
<context>
    <name>HydrologyPanel</name>
    <message>
        <source>River gauges</source>
        <translation>Trạm thủy văn</translation>
    </message>
    <message>
        <source>Rain stations</source>
        <translation>Trạm mưa</translation>
    </message>
    <message>
        <source>Map of the rain of 24 hours</source>
        <translation>Bản đồ mưa 24 giờ</translation>
    </message>
    <message>
        <source>Waiting for the site from the server</source>
        <translation>Đang chờ danh mục của máy chủ</translation>
    </message>
    <message>
        <source>This site has no river gauge and no rain station. Both are entered in the site&apos;s stations.toml.</source>
        <translation>Nơi này chưa có trạm thủy văn hay trạm mưa. Khai báo trong stations.toml của nơi triển khai.</translation>
    </message>
    <message>
        <source>LINK LOST: what is shown is old</source>
        <translation>MẤT LIÊN KẾT: những gì đang hiện là cũ</translation>
    </message>
    <message>
        <source>History could not be loaded: {reason}</source>
        <translation>Không tải được lịch sử: {reason}</translation>
    </message>
    <message>
        <source>History of {count} parameters is still loading</source>
        <translation>Đang tải lịch sử của {count} thông số</translation>
    </message>
</context>
<context>
    <name>Inbox</name>
    <message>
        <source>EXERCISE</source>
        <translation>DIỄN TẬP</translation>
    </message>
    <message>
        <source>SIMULATED</source>
        <translation>MÔ PHỎNG</translation>
    </message>
    <message>
        <source>− {count} alike</source>
        <translation>− {count} cùng loại</translation>
    </message>
    <message>
        <source>+ {count} alike</source>
        <translation>+ {count} cùng loại</translation>
    </message>
    <message>
        <source>ESCALATED {level}</source>
        <translation>BÁO CẤP {level}</translation>
    </message>
    <message>
        <source>Sent, waiting for the server…</source>
        <translation>Đã gửi, đang chờ máy chủ…</translation>
    </message>
    <message>
        <source>All</source>
        <translation>Tất cả</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>Chờ xác nhận</translation>
    </message>
    <message>
        <source>Mine</source>
        <translation>Của tôi</translation>
    </message>
    <message>
        <source>System</source>
        <translation>Hệ thống</translation>
    </message>
    <message>
        <source>Set aside</source>
        <translation>Gác</translation>
    </message>
    <message>
        <source>{count}/10 min</source>
        <translation>{count} cảnh báo / 10 phút</translation>
    </message>
    <message>
        <source>FLOOD: worst first, group by place</source>
        <translation>DỒN DẬP: xử lý từ mức cao nhất, theo từng nơi</translation>
    </message>
    <message>
        <source>shelved {count}</source>
        <translation>tạm gác {count}</translation>
    </message>
    <message>
        <source>suppressed {count}</source>
        <translation>ẩn {count}</translation>
    </message>
    <message>
        <source>out of service {count}</source>
        <translation>ngừng {count}</translation>
    </message>
    <message>
        <source>No connection to the server: whether there are alerts is not known.</source>
        <translation>Chưa kết nối máy chủ: không biết có cảnh báo hay không.</translation>
    </message>
    <message>
        <source>No open alert. New ones appear here and are heard.</source>
        <translation>Không có cảnh báo nào đang mở. Cảnh báo mới sẽ hiện ở đây và có tiếng báo.</translation>
    </message>
    <message>
        <source>No open alert in this list.</source>
        <translation>Không có cảnh báo nào trong mục này.</translation>
    </message>
    <message>
        <source>Comment on “{headline}”</source>
        <translation>Ghi chú cho “{headline}”</translation>
    </message>
</context>
<context>
    <name>IncidentWords</name>
    <message>
        <source>new</source>
        <translation>mới mở</translation>
    </message>
    <message>
        <source>in hand</source>
        <translation>đang xử lý</translation>
    </message>
    <message>
        <source>resolved</source>
        <translation>đã xử lý xong</translation>
    </message>
    <message>
        <source>closed</source>
        <translation>đã đóng</translation>
    </message>
    <message>
        <source>asked</source>
        <translation>đã yêu cầu</translation>
    </message>
    <message>
        <source>accepted</source>
        <translation>đã nhận</translation>
    </message>
    <message>
        <source>on the way</source>
        <translation>đang đến</translation>
    </message>
    <message>
        <source>on site</source>
        <translation>đã có mặt</translation>
    </message>
    <message>
        <source>done</source>
        <translation>đã xong</translation>
    </message>
    <message>
        <source>refused</source>
        <translation>từ chối</translation>
    </message>
    <message>
        <source>taken back</source>
        <translation>lấy lại</translation>
    </message>
    <message>
        <source>skipped</source>
        <translation>bỏ qua</translation>
    </message>
    <message>
        <source>not applicable</source>
        <translation>không áp dụng</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>có</translation>
    </message>
    <message>
        <source>no</source>
        <translation>không</translation>
    </message>
    <message>
        <source>{minutes} min apart</source>
        <translation>cách {minutes} phút</translation>
    </message>
    <message>
        <source>the same place</source>
        <translation>cùng vị trí</translation>
    </message>
    <message>
        <source>the same plant</source>
        <translation>cùng cơ sở</translation>
    </message>
    <message>
        <source>the same commune</source>
        <translation>cùng xã, phường</translation>
    </message>
    <message>
        <source>of the same sort</source>
        <translation>cùng loại</translation>
    </message>
    <message>
        <source>a task</source>
        <translation>một việc đã giao</translation>
    </message>
    <message>
        <source>an earlier alert</source>
        <translation>một cảnh báo trước đó</translation>
    </message>
    <message>
        <source>“{step}” {state}</source>
        <translation>“{step}” {state}</translation>
    </message>
    <message>
        <source>{task} – {state}</source>
        <translation>{task} – {state}</translation>
    </message>
    <message>
        <source>joined “{alert}”</source>
        <translation>ghép “{alert}”</translation>
    </message>
    <message>
        <source>took “{alert}” out</source>
        <translation>tách “{alert}”</translation>
    </message>
    <message>
        <source>overdue: “{step}”</source>
        <translation>quá hạn: “{step}”</translation>
    </message>
    <message>
        <source>overdue: {task}</source>
        <translation>quá hạn: {task}</translation>
    </message>
    <message>
        <source>not arrived as promised: {task}</source>
        <translation>chưa đến như đã hẹn: {task}</translation>
    </message>
    <message>
        <source>gave up the lead</source>
        <translation>thôi chủ trì</translation>
    </message>
    <message>
        <source>{phase}, cause: {cause}</source>
        <translation>{phase}, nguyên nhân: {cause}</translation>
    </message>
    <message>
        <source>opened “{text}”</source>
        <translation>mở “{text}”</translation>
    </message>
    <message>
        <source>changed: {text}</source>
        <translation>sửa: {text}</translation>
    </message>
    <message>
        <source>{about} leads</source>
        <translation>{about} chủ trì</translation>
    </message>
    <message>
        <source>procedure “{about}” version {word}</source>
        <translation>quy trình “{about}” bản {word}</translation>
    </message>
    <message>
        <source>seen by the supervisor</source>
        <translation>giám sát đã xem</translation>
    </message>
</context>
<context>
    <name>Incidents</name>
    <message>
        <source>nobody leads</source>
        <translation>chưa ai chủ trì</translation>
    </message>
    <message>
        <source>{count} overdue</source>
        <translation>{count} quá hạn</translation>
    </message>
    <message>
        <source>{count} to look at</source>
        <translation>{count} cần xem</translation>
    </message>
    <message>
        <source>{age} over</source>
        <translation>quá {age}</translation>
    </message>
    <message>
        <source>{age} left</source>
        <translation>còn {age}</translation>
    </message>
    <message>
        <source>late</source>
        <translation>muộn</translation>
    </message>
    <message>
        <source>duty officer</source>
        <translation>trực ban</translation>
    </message>
    <message>
        <source>leader</source>
        <translation>lãnh đạo</translation>
    </message>
    <message>
        <source>supervisor</source>
        <translation>giám sát</translation>
    </message>
    <message>
        <source>agency</source>
        <translation>cơ quan</translation>
    </message>
    <message>
        <source>arrival: {clock}</source>
        <translation>đến nơi: {clock}</translation>
    </message>
    <message>
        <source>join? {why}</source>
        <translation>ghép? {why}</translation>
    </message>
    <message>
        <source>the system</source>
        <translation>hệ thống</translation>
    </message>
    <message>
        <source>join to incident #{number}: {why}</source>
        <translation>ghép vào sự việc #{number}: {why}</translation>
    </message>
</context>
<context>
    <name>IncidentsPanel</name>
    <message>
        <source>Step</source>
        <translation>Bước</translation>
    </message>
    <message>
        <source>Who</source>
        <translation>Ai</translation>
    </message>
    <message>
        <source>Limit</source>
        <translation>Thời hạn</translation>
    </message>
    <message>
        <source>Agency</source>
        <translation>Cơ quan</translation>
    </message>
    <message>
        <source>Task</source>
        <translation>Việc</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Trạng thái</translation>
    </message>
    <message>
        <source>Clock</source>
        <translation>Đồng hồ</translation>
    </message>
    <message>
        <source>Alert</source>
        <translation>Cảnh báo</translation>
    </message>
    <message>
        <source>When, why</source>
        <translation>Khi nào, vì sao</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Lúc</translation>
    </message>
    <message>
        <source>By</source>
        <translation>Người</translation>
    </message>
    <message>
        <source>What</source>
        <translation>Việc</translation>
    </message>
    <message>
        <source>New incident…</source>
        <translation>Sự việc mới…</translation>
    </message>
    <message>
        <source>Entry in the log (Enter)</source>
        <translation>Ghi nhật ký (Enter)</translation>
    </message>
    <message>
        <source>Space: done · Y/N: answer · S: skip · A: not applicable · Enter: look · Backspace: take back</source>
        <translation>Cách: xong · Y/N: có/không · S: bỏ qua · A: không áp dụng · Enter: xem · Backspace: lấy lại</translation>
    </message>
    <message>
        <source>Space: next state · E: arrival · D: done · R: refused</source>
        <translation>Cách: trạng thái tiếp · E: giờ đến · D: xong · R: từ chối</translation>
    </message>
    <message>
        <source>Enter: go there · J: join · Delete: take out</source>
        <translation>Enter: tới đó · J: ghép · Delete: tách ra</translation>
    </message>
    <message>
        <source>Tasks of agencies</source>
        <translation>Việc giao cơ quan</translation>
    </message>
    <message>
        <source>Alerts</source>
        <translation>Cảnh báo</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>Nhật ký</translation>
    </message>
    <message>
        <source>Take the lead</source>
        <translation>Nhận chủ trì</translation>
    </message>
    <message>
        <source>Ask an agency…</source>
        <translation>Giao việc…</translation>
    </message>
    <message>
        <source>Procedure…</source>
        <translation>Quy trình…</translation>
    </message>
    <message>
        <source>Seen</source>
        <translation>Đã xem</translation>
    </message>
    <message>
        <source>Not over…</source>
        <translation>Chưa xong…</translation>
    </message>
    <message>
        <source>Report (PDF)…</source>
        <translation>Báo cáo (PDF)…</translation>
    </message>
    <message>
        <source>No agency is called so.</source>
        <translation>Không có cơ quan nào tên như vậy.</translation>
    </message>
    <message>
        <source>No incident. E on an alert opens one.</source>
        <translation>Chưa có sự việc. Nhấn E trên một cảnh báo để mở.</translation>
    </message>
    <message>
        <source>Cause: {cause}</source>
        <translation>Nguyên nhân: {cause}</translation>
    </message>
    <message>
        <source>No procedure</source>
        <translation>Chưa có quy trình</translation>
    </message>
    <message>
        <source>durations not verified</source>
        <translation>thời hạn chưa xác minh</translation>
    </message>
    <message>
        <source>Version {version}. {source}</source>
        <translation>Bản {version}. {source}</translation>
    </message>
    <message>
        <source>EXERCISE</source>
        <translation>DIỄN TẬP</translation>
    </message>
    <message>
        <source>lead: {lead}</source>
        <translation>chủ trì: {lead}</translation>
    </message>
    <message>
        <source>nobody</source>
        <translation>chưa có ai</translation>
    </message>
    <message>
        <source>Resolved</source>
        <translation>Đã xử lý xong</translation>
    </message>
    <message>
        <source>Close…</source>
        <translation>Đóng…</translation>
    </message>
    <message>
        <source>Sent, waiting for the server…</source>
        <translation>Đã gửi, chờ máy chủ…</translation>
    </message>
    <message>
        <source>without a procedure</source>
        <translation>không theo quy trình</translation>
    </message>
    <message>
        <source>What happened, where?</source>
        <translation>Việc gì, ở đâu?</translation>
    </message>
    <message>
        <source>Cause, and what happened in a few sentences</source>
        <translation>Nguyên nhân và tóm tắt sự việc</translation>
    </message>
    <message>
        <source>Why is it not over?</source>
        <translation>Vì sao chưa xong?</translation>
    </message>
    <message>
        <source>Why is the procedure given up?</source>
        <translation>Vì sao bỏ quy trình đang làm?</translation>
    </message>
    <message>
        <source>Enter starts it</source>
        <translation>Enter để bắt đầu</translation>
    </message>
    <message>
        <source>Why is the step skipped? The supervisor is told.</source>
        <translation>Vì sao bỏ qua bước này? Giám sát sẽ được báo.</translation>
    </message>
    <message>
        <source>Why does the step not apply?</source>
        <translation>Vì sao bước này không áp dụng?</translation>
    </message>
    <message>
        <source>Which agency? Words of its name; Enter takes it</source>
        <translation>Cơ quan nào? Gõ vài chữ trong tên; Enter để chọn</translation>
    </message>
    <message>
        <source>What is asked of {agency}?</source>
        <translation>Yêu cầu {agency} làm gì?</translation>
    </message>
    <message>
        <source>On site in how many minutes?</source>
        <translation>Bao nhiêu phút nữa có mặt?</translation>
    </message>
    <message>
        <source>A whole number of minutes, 1 to 1440</source>
        <translation>Số phút nguyên, từ 1 đến 1440</translation>
    </message>
    <message>
        <source>Why did the agency refuse?</source>
        <translation>Vì sao cơ quan từ chối?</translation>
    </message>
    <message>
        <source>Why does it not belong here?</source>
        <translation>Vì sao không thuộc sự việc này?</translation>
    </message>
    <message>
        <source>Report of the incident</source>
        <translation>Báo cáo sự việc</translation>
    </message>
    <message>
        <source>Saved: {path}</source>
        <translation>Đã lưu: {path}</translation>
    </message>
</context>
<context>
    <name>IndicatorDrill</name>
    <message>
        <source>Made by the formula {formula}</source>
        <translation>Tính theo công thức {formula}</translation>
    </message>
    <message>
        <source>Counted by the room from its log: {measure}</source>
        <translation>Hệ thống tự tính từ nhật ký: {measure}</translation>
    </message>
    <message>
        <source>Entered by {owner}</source>
        <translation>{owner} nhập</translation>
    </message>
    <message>
        <source>{owner} answers for it</source>
        <translation>{owner} chịu trách nhiệm</translation>
    </message>
    <message>
        <source>target {value}</source>
        <translation>chỉ tiêu {value}</translation>
    </message>
    <message>
        <source>watched from {value}</source>
        <translation>mức theo dõi {value}</translation>
    </message>
    <message>
        <source>bad beyond {value}</source>
        <translation>mức xấu {value}</translation>
    </message>
    <message>
        <source>at least {value}</source>
        <translation>từ {value}</translation>
    </message>
    <message>
        <source>at most {value}</source>
        <translation>đến {value}</translation>
    </message>
    <message>
        <source>no target</source>
        <translation>không có chỉ tiêu</translation>
    </message>
    <message>
        <source>{period}: figures it is made of</source>
        <translation>{period}: các số liệu thành phần</translation>
    </message>
    <message>
        <source>{period}: {total} counted</source>
        <translation>{period}: đã đếm {total}</translation>
    </message>
    <message>
        <source>, {hits} of them ●</source>
        <translation>, trong đó {hits} đạt (●)</translation>
    </message>
    <message>
        <source>, {hidden} not for this seat</source>
        <translation>, {hidden} không thuộc quyền xem</translation>
    </message>
    <message>
        <source>withdrawn</source>
        <translation>đã rút</translation>
    </message>
    <message>
        <source>log {first} to {last}</source>
        <translation>nhật ký {first} đến {last}</translation>
    </message>
    <message>
        <source>no figure</source>
        <translation>chưa có số liệu</translation>
    </message>
    <message>
        <source>form</source>
        <translation>nhập tay</translation>
    </message>
    <message>
        <source>workbook</source>
        <translation>bảng tính</translation>
    </message>
    <message>
        <source>program</source>
        <translation>phần mềm gửi</translation>
    </message>
    <message>
        <source>computed</source>
        <translation>tự tính</translation>
    </message>
    <message>
        <source>Period</source>
        <translation>Kỳ</translation>
    </message>
    <message>
        <source>Figure</source>
        <translation>Số liệu</translation>
    </message>
    <message>
        <source>Revision</source>
        <translation>Lần</translation>
    </message>
    <message>
        <source>Who</source>
        <translation>Ai</translation>
    </message>
    <message>
        <source>When</source>
        <translation>Lúc</translation>
    </message>
    <message>
        <source>How</source>
        <translation>Cách nhập</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Ghi chú</translation>
    </message>
    <message>
        <source>Rank</source>
        <translation>Hạng</translation>
    </message>
    <message>
        <source>Area</source>
        <translation>Địa bàn, cơ quan</translation>
    </message>
    <message>
        <source>What</source>
        <translation>Nội dung</translation>
    </message>
</context>
<context>
    <name>IndicatorEntry</name>
    <message>
        <source>State</source>
        <translation>Tình trạng</translation>
    </message>
    <message>
        <source>Indicator</source>
        <translation>Chỉ tiêu</translation>
    </message>
    <message>
        <source>Newest</source>
        <translation>Kỳ mới nhất</translation>
    </message>
    <message>
        <source>Figure</source>
        <translation>Số liệu</translation>
    </message>
    <message>
        <source>Entered</source>
        <translation>Người nhập</translation>
    </message>
    <message>
        <source>{who} {time}, revision {revision}</source>
        <translation>{who} {time}, bản {revision}</translation>
    </message>
    <message>
        <source>LATE {period}</source>
        <translation>CHẬM kỳ {period}</translation>
    </message>
    <message>
        <source>LATE {period} and {more} before</source>
        <translation>CHẬM kỳ {period} và {more} kỳ trước</translation>
    </message>
    <message>
        <source>due {date}: {period}</source>
        <translation>hạn {date}: kỳ {period}</translation>
    </message>
    <message>
        <source>entered {period}</source>
        <translation>đã nhập kỳ {period}</translation>
    </message>
    <message>
        <source>not entered {period}</source>
        <translation>chưa nhập kỳ {period}</translation>
    </message>
    <message>
        <source>by the room</source>
        <translation>hệ thống tự tính</translation>
    </message>
    <message>
        <source>◆ {count} late</source>
        <translation>◆ {count} chậm</translation>
    </message>
    <message>
        <source>○ {count} due</source>
        <translation>○ {count} đến hạn</translation>
    </message>
    <message>
        <source>● {count} entered</source>
        <translation>● {count} đã nhập</translation>
    </message>
    <message>
        <source>from {low} to {high}</source>
        <translation>từ {low} đến {high}</translation>
    </message>
    <message>
        <source>{low} at least</source>
        <translation>ít nhất {low}</translation>
    </message>
    <message>
        <source>{high} at most</source>
        <translation>nhiều nhất {high}</translation>
    </message>
    <message>
        <source>This is no number; write 12,5 or 1.234,5</source>
        <translation>Đây không phải là số; viết 12,5 hoặc 1.234,5</translation>
    </message>
    <message>
        <source>This cannot be: {bounds} is right</source>
        <translation>Không thể như vậy: đúng là {bounds}</translation>
    </message>
    <message>
        <source>It is read as {value}</source>
        <translation>Được đọc là {value}</translation>
    </message>
    <message>
        <source>Made by its formula, not entered: {formula}</source>
        <translation>Tính theo công thức, không nhập: {formula}</translation>
    </message>
    <message>
        <source>Counted by the room from its own log, not entered</source>
        <translation>Hệ thống tự đếm từ nhật ký, không nhập</translation>
    </message>
    <message>
        <source>Period</source>
        <translation>Kỳ</translation>
    </message>
    <message>
        <source>Rev.</source>
        <translation>Bản</translation>
    </message>
    <message>
        <source>Who, when</source>
        <translation>Ai, khi nào</translation>
    </message>
    <message>
        <source>How, why</source>
        <translation>Cách nhập, lý do</translation>
    </message>
    <message>
        <source>withdrawn</source>
        <translation>đã rút</translation>
    </message>
    <message>
        <source>by hand</source>
        <translation>nhập tay</translation>
    </message>
    <message>
        <source>workbook</source>
        <translation>tệp biểu mẫu</translation>
    </message>
    <message>
        <source>by a program</source>
        <translation>phần mềm gửi</translation>
    </message>
    <message>
        <source>computed</source>
        <translation>tự tính</translation>
    </message>
    <message>
        <source>{figure} stands there: {who} {date}, revision {revision}</source>
        <translation>Đang có {figure}: {who} {date}, bản {revision}</translation>
    </message>
    <message>
        <source>How it was read; correct it if it was meant otherwise</source>
        <translation>Được đọc thế nào; nếu ý khác thì đính chính</translation>
    </message>
    <message>
        <source>Where</source>
        <translation>Ô nào</translation>
    </message>
    <message>
        <source>What is wrong, and what would be right</source>
        <translation>Sai gì, đúng phải là gì</translation>
    </message>
    <message>
        <source>Sent, waiting for the server…</source>
        <translation>Đã gửi, đợi máy chủ…</translation>
    </message>
    <message>
        <source>✕ Nothing was entered</source>
        <translation>✕ Chưa nhập gì</translation>
    </message>
    <message>
        <source>The same figure stands there already</source>
        <translation>Số liệu này đã có sẵn</translation>
    </message>
    <message>
        <source>✓ {code} {period} entered</source>
        <translation>✓ Đã nhập {code} kỳ {period}</translation>
    </message>
    <message>
        <source>✕ Not entered: {why}</source>
        <translation>✕ Chưa nhập: {why}</translation>
    </message>
    <message>
        <source>{file} is being sent…</source>
        <translation>Đang gửi {file}…</translation>
    </message>
    <message>
        <source>✕ {file}: nothing was imported, what stood before stands. {why}</source>
        <translation>✕ {file}: không nhập gì, số liệu cũ giữ nguyên. {why}</translation>
    </message>
    <message>
        <source>✕ {file}: {count} wrong cells. Nothing was imported; what stood before stands.</source>
        <translation>✕ {file}: {count} ô sai. Không nhập gì; số liệu cũ giữ nguyên.</translation>
    </message>
    <message>
        <source>{file}: all {count} figures stand there already</source>
        <translation>{file}: cả {count} số liệu đã có sẵn</translation>
    </message>
    <message>
        <source>✓ {file}: {entered} figures entered, {unchanged} stood there already, {derived} computed from them</source>
        <translation>✓ {file}: đã nhập {entered} số liệu, {unchanged} đã có sẵn, {derived} tính ra từ đó</translation>
    </message>
    <message>
        <source>✓ The template lies in {file}</source>
        <translation>✓ Tệp mẫu nằm ở {file}</translation>
    </message>
    <message>
        <source>✕ The template cannot be fetched: {why}</source>
        <translation>✕ Không tải được tệp mẫu: {why}</translation>
    </message>
    <message>
        <source>revision {number}</source>
        <translation>bản {number}</translation>
    </message>
    <message>
        <source>revisions {least} to {most}</source>
        <translation>các bản {least} đến {most}</translation>
    </message>
</context>
<context>
    <name>IndicatorEntryPanel</name>
    <message>
        <source>Find an indicator</source>
        <translation>Tìm chỉ tiêu</translation>
    </message>
    <message>
        <source>Workbook: XLSX or CSV, all of its figures or none; it can be dropped here</source>
        <translation>Biểu mẫu XLSX hoặc CSV: nhập tất cả hoặc không nhập gì; có thể thả tệp vào đây</translation>
    </message>
    <message>
        <source>Get the template…  Ctrl+T</source>
        <translation>Tải mẫu…  Ctrl+T</translation>
    </message>
    <message>
        <source>Read in a file…  Ctrl+O</source>
        <translation>Nhập tệp…  Ctrl+O</translation>
    </message>
    <message>
        <source>Copy the wrong cells</source>
        <translation>Chép các ô sai</translation>
    </message>
    <message>
        <source>Enter the figure</source>
        <translation>Nhập số liệu</translation>
    </message>
    <message>
        <source>Area</source>
        <translation>Địa bàn</translation>
    </message>
    <message>
        <source>Period</source>
        <translation>Kỳ</translation>
    </message>
    <message>
        <source>Figure</source>
        <translation>Số liệu</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Ghi chú</translation>
    </message>
    <message>
        <source>No indicator is called so. Other words show more.</source>
        <translation>Không có chỉ tiêu nào tên như vậy. Hãy thử từ khác.</translation>
    </message>
    <message>
        <source>Your agency answers for no indicator.</source>
        <translation>Cơ quan của bạn không phụ trách chỉ tiêu nào.</translation>
    </message>
    <message>
        <source>This site keeps no indicators: indicators.toml names none.</source>
        <translation>Nơi này không có chỉ tiêu: indicators.toml không khai chỉ tiêu nào.</translation>
    </message>
    <message>
        <source>Your role may look at figures, but not enter them.</source>
        <translation>Vai trò của bạn được xem số liệu nhưng không được nhập.</translation>
    </message>
    <message>
        <source>The whole province</source>
        <translation>Toàn tỉnh</translation>
    </message>
    <message>
        <source>Why is it corrected? It becomes a new revision</source>
        <translation>Vì sao đính chính? Sẽ thành bản mới</translation>
    </message>
    <message>
        <source>Where the figure is from, if needed</source>
        <translation>Nguồn số liệu, nếu cần</translation>
    </message>
    <message>
        <source>Correct the figure</source>
        <translation>Đính chính số liệu</translation>
    </message>
    <message>
        <source>Revisions</source>
        <translation>Các bản</translation>
    </message>
    <message>
        <source>Nothing was entered here yet.</source>
        <translation>Chưa nhập gì ở đây.</translation>
    </message>
    <message>
        <source>What is late cannot be told: {why}</source>
        <translation>Không biết chỉ tiêu nào chậm: {why}</translation>
    </message>
    <message>
        <source>The revisions cannot be read: {why}</source>
        <translation>Không đọc được các bản: {why}</translation>
    </message>
    <message>
        <source>The figure is missing</source>
        <translation>Chưa có số liệu</translation>
    </message>
    <message>
        <source>✕ A correction needs its reason</source>
        <translation>✕ Đính chính phải có lý do</translation>
    </message>
    <message>
        <source>Where the template is put</source>
        <translation>Lưu tệp mẫu vào đâu</translation>
    </message>
    <message>
        <source>Filled workbook</source>
        <translation>Biểu mẫu đã điền</translation>
    </message>
    <message>
        <source>Workbooks (*.xlsx *.csv)</source>
        <translation>Biểu mẫu (*.xlsx *.csv)</translation>
    </message>
</context>
<context>
    <name>MapPanel</name>
    <message>
        <source>Find a commune, camera or station  (Ctrl+F)</source>
        <translation>Tìm xã, phường, camera, trạm  (Ctrl+F)</translation>
    </message>
    <message>
        <source>Home</source>
        <translation>Về tỉnh</translation>
    </message>
    <message>
        <source>Back to the city (Home)</source>
        <translation>Về khung nhìn của tỉnh (Home)</translation>
    </message>
    <message>
        <source>Country</source>
        <translation>Cả nước</translation>
    </message>
    <message>
        <source>The whole country (Shift+Home)</source>
        <translation>Cả nước (Shift+Home)</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>Lớp</translation>
    </message>
    <message>
        <source>What the map shows</source>
        <translation>Bản đồ hiện những gì</translation>
    </message>
    <message>
        <source>Cameras</source>
        <translation>Camera</translation>
    </message>
    <message>
        <source>Stations</source>
        <translation>Trạm quan trắc</translation>
    </message>
    <message>
        <source>Citizens&apos; reports</source>
        <translation>Phản ánh của người dân</translation>
    </message>
    <message>
        <source>Checkpoints</source>
        <translation>Chốt kiểm soát</translation>
    </message>
    <message>
        <source>How many reports came from where</source>
        <translation>Mật độ phản ánh theo ô</translation>
    </message>
    <message>
        <source>Counted how far back</source>
        <translation>Đếm từ khi nào</translation>
    </message>
    <message>
        <source>Base map from a file (MBTiles)…</source>
        <translation>Bản đồ nền từ tệp (MBTiles)…</translation>
    </message>
    <message>
        <source>No base map</source>
        <translation>Không dùng bản đồ nền</translation>
    </message>
    <message>
        <source>The boundaries cannot be fetched: {reason}</source>
        <translation>Không lấy được ranh giới: {reason}</translation>
    </message>
    <message>
        <source>{n} alerts without a place: see the list</source>
        <translation>{n} cảnh báo không có vị trí: xem danh sách</translation>
    </message>
    <message>
        <source>LOADING</source>
        <translation>ĐANG TẢI</translation>
    </message>
    <message>
        <source>CONNECTING</source>
        <translation>ĐANG KẾT NỐI</translation>
    </message>
    <message>
        <source>SLOW</source>
        <translation>CHẬM</translation>
    </message>
    <message>
        <source>LINK LOST</source>
        <translation>MẤT LIÊN KẾT</translation>
    </message>
    <message>
        <source>{condition} — data of {clock}</source>
        <translation>{condition} — dữ liệu lúc {clock}</translation>
    </message>
    <message>
        <source>This alert has no place on the map</source>
        <translation>Cảnh báo này không có vị trí trên bản đồ</translation>
    </message>
    <message>
        <source>This report has no place on the map</source>
        <translation>Phản ánh này không có vị trí trên bản đồ</translation>
    </message>
    <message>
        <source>commune</source>
        <translation>xã, phường</translation>
    </message>
    <message>
        <source>camera</source>
        <translation>camera</translation>
    </message>
    <message>
        <source>station</source>
        <translation>trạm</translation>
    </message>
</context>
<context>
    <name>MapReports</name>
    <message>
        <source>The reports cannot be counted: {reason}</source>
        <translation>Không đếm được phản ánh: {reason}</translation>
    </message>
    <message>
        <source>due {time}</source>
        <translation>hạn {time}</translation>
    </message>
    <message>
        <source>received {time}</source>
        <translation>nhận {time}</translation>
    </message>
    <message>
        <source>EXERCISE</source>
        <translation>DIỄN TẬP</translation>
    </message>
    <message>
        <source>ever</source>
        <translation>từ trước đến nay</translation>
    </message>
    <message>
        <source>in {days} days</source>
        <translation>trong {days} ngày</translation>
    </message>
    <message>
        <source>Citizens&apos; report: overdue</source>
        <translation>Phản ánh: quá hạn</translation>
    </message>
    <message>
        <source>Report: nearly due</source>
        <translation>Phản ánh: sắp hạn</translation>
    </message>
    <message>
        <source>Report: in time</source>
        <translation>Phản ánh: còn hạn</translation>
    </message>
    <message>
        <source>Report: its clock stands</source>
        <translation>Phản ánh: đồng hồ dừng</translation>
    </message>
    <message>
        <source>Report: no deadline yet</source>
        <translation>Phản ánh: chưa có hạn</translation>
    </message>
    <message>
        <source>1 report in the cell {span}</source>
        <translation>1 phản ánh trong ô {span}</translation>
    </message>
    <message>
        <source>2–4 reports in the cell</source>
        <translation>2–4 phản ánh trong ô</translation>
    </message>
    <message>
        <source>5–9 reports in the cell</source>
        <translation>5–9 phản ánh trong ô</translation>
    </message>
    <message>
        <source>10–24 reports in the cell</source>
        <translation>10–24 phản ánh trong ô</translation>
    </message>
    <message>
        <source>25 reports and more in the cell</source>
        <translation>Từ 25 phản ánh trong ô</translation>
    </message>
</context>
<context>
    <name>MapView</name>
    <message>
        <source>The map page reports an error: {text}</source>
        <translation>Trang bản đồ báo lỗi: {text}</translation>
    </message>
    <message>
        <source>The map page could not be loaded</source>
        <translation>Không tải được trang bản đồ</translation>
    </message>
    <message>
        <source>The map&apos;s drawing process ended</source>
        <translation>Tiến trình vẽ bản đồ đã dừng</translation>
    </message>
    <message>
        <source>THE MAP DOES NOT RESPOND — what it shows is old</source>
        <translation>BẢN ĐỒ KHÔNG PHẢN HỒI — hình đang hiện là hình cũ</translation>
    </message>
    <message>
        <source>{reason} — loading it again</source>
        <translation>{reason} — đang tải lại</translation>
    </message>
    <message>
        <source>Loading the map</source>
        <translation>Đang tải bản đồ</translation>
    </message>
    <message>
        <source>The base map file is not there: {detail}</source>
        <translation>Không có tệp bản đồ nền: {detail}</translation>
    </message>
    <message>
        <source>The base map file cannot be read as MBTiles (SQLite): {detail}</source>
        <translation>Tệp bản đồ nền không đọc được như MBTiles (SQLite): {detail}</translation>
    </message>
    <message>
        <source>The base map file holds no tiles: {detail}</source>
        <translation>Tệp bản đồ nền không chứa ô ảnh nào: {detail}</translation>
    </message>
    <message>
        <source>The base map file holds vector tiles ({detail}); this map needs raster tiles (png, jpg or webp)</source>
        <translation>Tệp bản đồ nền chứa ô véc-tơ ({detail}); bản đồ này cần ô ảnh (png, jpg hoặc webp)</translation>
    </message>
    <message>
        <source>The base map&apos;s tile format is not one of png, jpg, webp: {detail}</source>
        <translation>Định dạng ô ảnh của bản đồ nền không phải png, jpg hay webp: {detail}</translation>
    </message>
</context>
<context>
    <name>MapWords</name>
    <message>
        <source>SIGNAL LOST</source>
        <translation>MẤT TÍN HIỆU</translation>
    </message>
    <message>
        <source>not checked yet</source>
        <translation>chưa kiểm tra</translation>
    </message>
    <message>
        <source>no data</source>
        <translation>không có số liệu</translation>
    </message>
    <message>
        <source>old, {age} ago</source>
        <translation>số liệu cũ, {age} trước</translation>
    </message>
    <message>
        <source>calibrating</source>
        <translation>hiệu chuẩn</translation>
    </message>
    <message>
        <source>device fault</source>
        <translation>lỗi thiết bị</translation>
    </message>
    <message>
        <source>EXERCISE</source>
        <translation>DIỄN TẬP</translation>
    </message>
    <message>
        <source>risk level {level}</source>
        <translation>cấp rủi ro {level}</translation>
    </message>
    <message>
        <source>until {time}</source>
        <translation>đến {time}</translation>
    </message>
    <message>
        <source>no end stated</source>
        <translation>không có hạn</translation>
    </message>
    <message>
        <source>simulated data</source>
        <translation>dữ liệu mô phỏng</translation>
    </message>
    <message>
        <source>● recorded</source>
        <translation>● đang ghi hình</translation>
    </message>
    <message>
        <source>◌ recording waits</source>
        <translation>◌ ghi hình đang chờ</translation>
    </message>
    <message>
        <source>▨ recording: gap</source>
        <translation>▨ ghi hình: khoảng trống</translation>
    </message>
    <message>
        <source>⬢ recording cannot be stored</source>
        <translation>⬢ ghi hình: không lưu được</translation>
    </message>
    <message>
        <source>{n} s</source>
        <translation>{n} s</translation>
    </message>
    <message>
        <source>{n} min</source>
        <translation>{n} ph</translation>
    </message>
    <message>
        <source>{n} h</source>
        <translation>{n} giờ</translation>
    </message>
    <message>
        <source>{n} d</source>
        <translation>{n} ngày</translation>
    </message>
    <message>
        <source>Boundaries: thanglequoc/vietnamese-provinces-database (MIT), from sapnhap.bando.com.vn · Leaflet</source>
        <translation>Ranh giới: thanglequoc/vietnamese-provinces-database (MIT), nguồn sapnhap.bando.com.vn · Leaflet</translation>
    </message>
    <message>
        <source>Legend</source>
        <translation>Chú giải</translation>
    </message>
    <message>
        <source>Critical, not acknowledged</source>
        <translation>Khẩn cấp, chưa xác nhận</translation>
    </message>
    <message>
        <source>High</source>
        <translation>Cao</translation>
    </message>
    <message>
        <source>Medium</source>
        <translation>Trung bình</translation>
    </message>
    <message>
        <source>Low</source>
        <translation>Thấp</translation>
    </message>
    <message>
        <source>The system itself</source>
        <translation>Lỗi của hệ thống</translation>
    </message>
    <message>
        <source>Acknowledged</source>
        <translation>Đã xác nhận</translation>
    </message>
    <message>
        <source>Over, not acknowledged</source>
        <translation>Đã hết, chưa xác nhận</translation>
    </message>
    <message>
        <source>Area of a bulletin: risk level 1, as it states</source>
        <translation>Vùng bản tin: cấp rủi ro 1 (theo bản tin)</translation>
    </message>
    <message>
        <source>Risk level 2</source>
        <translation>Cấp rủi ro 2</translation>
    </message>
    <message>
        <source>Risk level 3</source>
        <translation>Cấp rủi ro 3</translation>
    </message>
    <message>
        <source>Risk level 4</source>
        <translation>Cấp rủi ro 4</translation>
    </message>
    <message>
        <source>Risk level 5</source>
        <translation>Cấp rủi ro 5</translation>
    </message>
    <message>
        <source>Area of an exercise</source>
        <translation>Vùng diễn tập</translation>
    </message>
    <message>
        <source>Camera</source>
        <translation>Camera</translation>
    </message>
    <message>
        <source>Camera, signal lost</source>
        <translation>Camera mất tín hiệu</translation>
    </message>
    <message>
        <source>Stack gas station</source>
        <translation>Trạm khí thải</translation>
    </message>
    <message>
        <source>Waste water station</source>
        <translation>Trạm nước thải</translation>
    </message>
    <message>
        <source>Air station, in the colour of its VN_AQI</source>
        <translation>Trạm không khí, theo màu VN_AQI</translation>
    </message>
    <message>
        <source>Surface water station</source>
        <translation>Trạm nước mặt</translation>
    </message>
    <message>
        <source>Rain gauge</source>
        <translation>Trạm đo mưa</translation>
    </message>
    <message>
        <source>River gauge</source>
        <translation>Trạm mực nước</translation>
    </message>
    <message>
        <source>Counter of people or vehicles</source>
        <translation>Điểm đếm người, đếm xe</translation>
    </message>
    <message>
        <source>Old figure or device fault</source>
        <translation>Số liệu cũ hoặc lỗi thiết bị</translation>
    </message>
    <message>
        <source>Several together, how many</source>
        <translation>Nhiều đối tượng, có bao nhiêu</translation>
    </message>
    <message>
        <source>N</source>
        <translation>B</translation>
    </message>
    <message>
        <source>S</source>
        <translation>N</translation>
    </message>
    <message>
        <source>E</source>
        <translation>Đ</translation>
    </message>
    <message>
        <source>W</source>
        <translation>T</translation>
    </message>
</context>
<context>
    <name>MaskDialog</name>
    <message>
        <source>Masks: {camera}</source>
        <translation>Vùng che: {camera}</translation>
    </message>
    <message>
        <source>Waiting for the camera&apos;s picture…</source>
        <translation>Đang chờ hình của camera…</translation>
    </message>
    <message>
        <source>Click corner after corner, the first one again to close. Backspace takes back.</source>
        <translation>Bấm từng góc, bấm lại góc đầu để khép. Backspace để bỏ bước vừa làm.</translation>
    </message>
    <message>
        <source>Take back</source>
        <translation>Bỏ bước vừa làm</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Xong</translation>
    </message>
    <message>
        <source>There is no picture of this camera at this instant.</source>
        <translation>Không có hình của camera này tại thời điểm này.</translation>
    </message>
</context>
<context>
    <name>MaskEditor</name>
    <message>
        <source>Masks over the picture</source>
        <translation>Vùng che trên hình</translation>
    </message>
</context>
<context>
    <name>MeetingPanel</name>
    <message>
        <source>At</source>
        <translation>Lúc</translation>
    </message>
    <message>
        <source>Meeting</source>
        <translation>Họp</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Tình trạng</translation>
    </message>
    <message>
        <source>Agenda</source>
        <translation>Chương trình</translation>
    </message>
    <message>
        <source>Presents</source>
        <translation>Trình bày</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Thời lượng</translation>
    </message>
    <message>
        <source>Who</source>
        <translation>Ai</translation>
    </message>
    <message>
        <source>Office</source>
        <translation>Chức vụ</translation>
    </message>
    <message>
        <source>Presence</source>
        <translation>Có mặt</translation>
    </message>
    <message>
        <source>Line of the minutes (Enter)</source>
        <translation>Dòng biên bản (Enter)</translation>
    </message>
    <message>
        <source>Begin</source>
        <translation>Bắt đầu</translation>
    </message>
    <message>
        <source>End…</source>
        <translation>Kết thúc…</translation>
    </message>
    <message>
        <source>Here / left</source>
        <translation>Có mặt / rời họp</translation>
    </message>
    <message>
        <source>Ask for the floor</source>
        <translation>Xin phát biểu</translation>
    </message>
    <message>
        <source>End the speech</source>
        <translation>Hết lượt</translation>
    </message>
    <message>
        <source>Show what is selected</source>
        <translation>Trình chiếu mục đang chọn</translation>
    </message>
    <message>
        <source>Look elsewhere</source>
        <translation>Xem chỗ khác</translation>
    </message>
    <message>
        <source>Vote…</source>
        <translation>Biểu quyết…</translation>
    </message>
    <message>
        <source>Close the vote</source>
        <translation>Đóng biểu quyết</translation>
    </message>
    <message>
        <source>Conclusion…</source>
        <translation>Kết luận…</translation>
    </message>
    <message>
        <source>Quiet</source>
        <translation>Yên lặng</translation>
    </message>
    <message>
        <source>Plan a meeting…</source>
        <translation>Lên lịch họp…</translation>
    </message>
    <message>
        <source>Minutes…</source>
        <translation>Biên bản…</translation>
    </message>
    <message>
        <source>No meeting is planned. L plans one.</source>
        <translation>Chưa có cuộc họp nào. Nhấn L để lên lịch.</translation>
    </message>
    <message>
        <source>The meeting looks at: {what}</source>
        <translation>Cuộc họp đang xem: {what}</translation>
    </message>
    <message>
        <source>You look elsewhere. It shows: {what}</source>
        <translation>Bạn đang xem chỗ khác. Cuộc họp xem: {what}</translation>
    </message>
    <message>
        <source>Conclusions</source>
        <translation>Kết luận</translation>
    </message>
    <message>
        <source>Next: {name}</source>
        <translation>Tiếp theo: {name}</translation>
    </message>
    <message>
        <source>{name} speaks</source>
        <translation>{name} đang phát biểu</translation>
    </message>
    <message>
        <source>{minutes}:{seconds:02d} over</source>
        <translation>quá {minutes}:{seconds:02d}</translation>
    </message>
    <message>
        <source>{minutes}:{seconds:02d} left</source>
        <translation>còn {minutes}:{seconds:02d}</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Tạm nghỉ</translation>
    </message>
    <message>
        <source>Back to the meeting</source>
        <translation>Về lại cuộc họp</translation>
    </message>
    <message>
        <source>All alarms</source>
        <translation>Báo mọi cảnh báo</translation>
    </message>
    <message>
        <source>Change the plan…</source>
        <translation>Đổi kế hoạch…</translation>
    </message>
    <message>
        <source>Begin without a quorum: why?</source>
        <translation>Bắt đầu khi chưa đủ người: vì sao?</translation>
    </message>
    <message>
        <source>Call the meeting off: why?</source>
        <translation>Hủy cuộc họp: vì sao?</translation>
    </message>
    <message>
        <source>End the meeting? Enter ends it, Esc leaves</source>
        <translation>Kết thúc cuộc họp? Enter để kết thúc, Esc để thôi</translation>
    </message>
    <message>
        <source>What is put to the vote?</source>
        <translation>Biểu quyết việc gì?</translation>
    </message>
    <message>
        <source>for the record</source>
        <translation>chỉ ghi nhận</translation>
    </message>
    <message>
        <source>What is concluded? Choose who is to do it</source>
        <translation>Kết luận gì? Chọn cơ quan thực hiện</translation>
    </message>
    <message>
        <source>Minutes of the meeting</source>
        <translation>Biên bản cuộc họp</translation>
    </message>
    <message>
        <source>Minutes are being fetched…</source>
        <translation>Đang lấy biên bản…</translation>
    </message>
    <message>
        <source>Sent, waiting for the server…</source>
        <translation>Đã gửi, chờ máy chủ…</translation>
    </message>
</context>
<context>
    <name>MeetingPlan</name>
    <message>
        <source>Meeting</source>
        <translation>Họp</translation>
    </message>
    <message>
        <source>Place</source>
        <translation>Địa điểm</translation>
    </message>
    <message>
        <source>Day</source>
        <translation>Ngày</translation>
    </message>
    <message>
        <source>Begins</source>
        <translation>Bắt đầu</translation>
    </message>
    <message>
        <source>Minutes</source>
        <translation>Số phút</translation>
    </message>
    <message>
        <source>People</source>
        <translation>Thành phần</translation>
    </message>
    <message>
        <source>a line each (Shift+Enter): name; office; account; role</source>
        <translation>mỗi dòng một người (Shift+Enter): họ tên; chức vụ; tài khoản; vai</translation>
    </message>
    <message>
        <source>Agenda</source>
        <translation>Chương trình</translation>
    </message>
    <message>
        <source>a line each (Shift+Enter): what; who presents; minutes</source>
        <translation>mỗi dòng một nội dung (Shift+Enter): việc; người trình bày; số phút</translation>
    </message>
    <message>
        <source>What is the meeting called?</source>
        <translation>Cuộc họp tên là gì?</translation>
    </message>
    <message>
        <source>A whole number of minutes, e.g. 90</source>
        <translation>Số phút là số nguyên, ví dụ 90</translation>
    </message>
    <message>
        <source>Write the day as 24/11/2026</source>
        <translation>Viết ngày như 24/11/2026</translation>
    </message>
    <message>
        <source>Write the time as 14:00</source>
        <translation>Viết giờ như 14:00</translation>
    </message>
    <message>
        <source>There is no such day or time</source>
        <translation>Không có ngày giờ đó</translation>
    </message>
    <message>
        <source>line {line}: a name is missing</source>
        <translation>dòng {line}: thiếu họ tên</translation>
    </message>
    <message>
        <source>line {line}: “{word}” is none of chair, secretary, member, guest</source>
        <translation>dòng {line}: “{word}” không phải chủ trì, thư ký, thành viên, khách</translation>
    </message>
    <message>
        <source>one of them is the chair, not {count}</source>
        <translation>phải có đúng một người chủ trì, hiện có {count}</translation>
    </message>
    <message>
        <source>line {line}: “{name}” is not among the people</source>
        <translation>dòng {line}: “{name}” không có trong thành phần</translation>
    </message>
    <message>
        <source>line {line}: “{word}” is no number of minutes</source>
        <translation>dòng {line}: “{word}” không phải số phút</translation>
    </message>
</context>
<context>
    <name>Meetings</name>
    <message>
        <source>planned</source>
        <translation>đã lên lịch</translation>
    </message>
    <message>
        <source>in session</source>
        <translation>đang họp</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>tạm nghỉ</translation>
    </message>
    <message>
        <source>over</source>
        <translation>đã kết thúc</translation>
    </message>
    <message>
        <source>called off</source>
        <translation>đã hủy</translation>
    </message>
    <message>
        <source>chair</source>
        <translation>chủ trì</translation>
    </message>
    <message>
        <source>secretary</source>
        <translation>thư ký</translation>
    </message>
    <message>
        <source>member</source>
        <translation>thành viên</translation>
    </message>
    <message>
        <source>guest</source>
        <translation>khách mời</translation>
    </message>
    <message>
        <source>not answered</source>
        <translation>chưa trả lời</translation>
    </message>
    <message>
        <source>will come</source>
        <translation>sẽ dự</translation>
    </message>
    <message>
        <source>will not come</source>
        <translation>không dự</translation>
    </message>
    <message>
        <source>present</source>
        <translation>có mặt</translation>
    </message>
    <message>
        <source>left</source>
        <translation>đã rời họp</translation>
    </message>
    <message>
        <source>open vote</source>
        <translation>biểu quyết công khai</translation>
    </message>
    <message>
        <source>roll-call</source>
        <translation>gọi tên biểu quyết</translation>
    </message>
    <message>
        <source>secret vote</source>
        <translation>bỏ phiếu kín</translation>
    </message>
    <message>
        <source>opinion poll</source>
        <translation>lấy ý kiến</translation>
    </message>
    <message>
        <source>your ballot is being fetched…</source>
        <translation>đang lấy phiếu của bạn…</translation>
    </message>
    <message>
        <source>your ballot is here: choose once, it cannot be changed</source>
        <translation>phiếu của bạn đã sẵn sàng: chọn một lần, không sửa được</translation>
    </message>
    <message>
        <source>your ballot is being sent…</source>
        <translation>đang gửi phiếu của bạn…</translation>
    </message>
    <message>
        <source>your ballot is in the box</source>
        <translation>phiếu của bạn đã vào hòm phiếu</translation>
    </message>
    <message>
        <source>your ballot is at another desk of yours</source>
        <translation>phiếu của bạn ở bàn khác của bạn</translation>
    </message>
    <message>
        <source>your ballot came too late</source>
        <translation>phiếu của bạn đến quá muộn</translation>
    </message>
    <message>
        <source>your ballot does not count</source>
        <translation>phiếu của bạn không hợp lệ</translation>
    </message>
    <message>
        <source>your ballot is among those counted</source>
        <translation>phiếu của bạn đã được kiểm</translation>
    </message>
    <message>
        <source>YOUR BALLOT IS NOT AMONG THOSE COUNTED</source>
        <translation>PHIẾU CỦA BẠN KHÔNG CÓ TRONG SỐ PHIẾU ĐÃ KIỂM</translation>
    </message>
    <message>
        <source>the agenda</source>
        <translation>chương trình họp</translation>
    </message>
    <message>
        <source>the vote</source>
        <translation>phần biểu quyết</translation>
    </message>
    <message>
        <source>the map</source>
        <translation>bản đồ</translation>
    </message>
    <message>
        <source>camera</source>
        <translation>camera</translation>
    </message>
    <message>
        <source>station</source>
        <translation>trạm</translation>
    </message>
    <message>
        <source>alert</source>
        <translation>cảnh báo</translation>
    </message>
    <message>
        <source>incident</source>
        <translation>sự việc</translation>
    </message>
    <message>
        <source>report</source>
        <translation>phản ánh</translation>
    </message>
    <message>
        <source>{name} (for {absent})</source>
        <translation>{name} (thay {absent})</translation>
    </message>
    <message>
        <source>{count} opinions</source>
        <translation>{count} ý kiến</translation>
    </message>
    <message>
        <source>carried</source>
        <translation>thông qua</translation>
    </message>
    <message>
        <source>not carried</source>
        <translation>không thông qua</translation>
    </message>
    <message>
        <source>{result}: {votes} of {base}</source>
        <translation>{result}: {votes}/{base}</translation>
    </message>
    <message>
        <source>dealt with: {item}</source>
        <translation>bàn nội dung: {item}</translation>
    </message>
    <message>
        <source>shown to everybody: {what}</source>
        <translation>trình chiếu cho mọi người: {what}</translation>
    </message>
    <message>
        <source>concluded</source>
        <translation>kết luận</translation>
    </message>
    <message>
        <source>noted</source>
        <translation>ghi biên bản</translation>
    </message>
    <message>
        <source>only alarms of priority 1 are announced at its seats</source>
        <translation>chỗ ngồi họp chỉ báo cảnh báo mức 1</translation>
    </message>
    <message>
        <source>all alarms are announced at its seats again</source>
        <translation>chỗ ngồi họp lại báo mọi cảnh báo</translation>
    </message>
    <message>
        <source>planned, {count} invited</source>
        <translation>lên lịch, mời {count} người</translation>
    </message>
    <message>
        <source>the plan was changed</source>
        <translation>đổi kế hoạch</translation>
    </message>
    <message>
        <source>{name} asks for the floor</source>
        <translation>{name} xin phát biểu</translation>
    </message>
    <message>
        <source>{name} does not want to speak any more</source>
        <translation>{name} thôi xin phát biểu</translation>
    </message>
    <message>
        <source>{name} has the floor</source>
        <translation>{name} phát biểu</translation>
    </message>
    <message>
        <source>the speech is over</source>
        <translation>hết lượt phát biểu</translation>
    </message>
    <message>
        <source>{form} opened</source>
        <translation>mở {form}</translation>
    </message>
    <message>
        <source>{name} has the ballot of the secret vote</source>
        <translation>{name} đã nhận phiếu kín</translation>
    </message>
    <message>
        <source>vote closed, {result}</source>
        <translation>đóng biểu quyết, {result}</translation>
    </message>
    <message>
        <source>{count} min</source>
        <translation>{count} phút</translation>
    </message>
    <message>
        <source>speaks</source>
        <translation>đang phát biểu</translation>
    </message>
    <message>
        <source>waits to speak, {place}.</source>
        <translation>chờ phát biểu, thứ {place}</translation>
    </message>
    <message>
        <source>{count} of {all} have voted</source>
        <translation>{count}/{all} người đã biểu quyết</translation>
    </message>
    <message>
        <source>{count} of {all} were handed a ballot</source>
        <translation>đã phát {count}/{all} phiếu</translation>
    </message>
    <message>
        <source>{present} of {all} members present, {needed} needed</source>
        <translation>{present}/{all} thành viên có mặt, cần {needed}</translation>
    </message>
    <message>
        <source>NO QUORUM: {present} of {all} members present, {needed} needed</source>
        <translation>CHƯA ĐỦ NGƯỜI: {present}/{all} thành viên có mặt, cần {needed}</translation>
    </message>
</context>
<context>
    <name>NoteRow</name>
    <message>
        <source>Send</source>
        <translation>Gửi</translation>
    </message>
    <message>
        <source>Drop</source>
        <translation>Bỏ</translation>
    </message>
</context>
<context>
    <name>Panels</name>
    <message>
        <source>Alert card</source>
        <translation>Thẻ cảnh báo</translation>
    </message>
    <message>
        <source>Cameras here</source>
        <translation>Camera gần đây</translation>
    </message>
    <message>
        <source>Environment</source>
        <translation>Môi trường</translation>
    </message>
    <message>
        <source>Alerts</source>
        <translation>Cảnh báo</translation>
    </message>
    <message>
        <source>Map</source>
        <translation>Bản đồ</translation>
    </message>
    <message>
        <source>Charts</source>
        <translation>Biểu đồ</translation>
    </message>
    <message>
        <source>Camera wall</source>
        <translation>Tường camera</translation>
    </message>
    <message>
        <source>Debrief</source>
        <translation>Rút kinh nghiệm</translation>
    </message>
    <message>
        <source>Recording</source>
        <translation>Ghi hình</translation>
    </message>
    <message>
        <source>Room log</source>
        <translation>Nhật ký phòng</translation>
    </message>
    <message>
        <source>Scoring sheet</source>
        <translation>Phiếu chấm điểm</translation>
    </message>
    <message>
        <source>Hydrology</source>
        <translation>Thủy văn</translation>
    </message>
    <message>
        <source>Incidents</source>
        <translation>Sự việc</translation>
    </message>
    <message>
        <source>Alarm load</source>
        <translation>Tải cảnh báo</translation>
    </message>
    <message>
        <source>Procedures</source>
        <translation>Quy trình</translation>
    </message>
    <message>
        <source>Shift</source>
        <translation>Ca trực</translation>
    </message>
    <message>
        <source>Report</source>
        <translation>Thẻ phản ánh</translation>
    </message>
    <message>
        <source>Reports</source>
        <translation>Phản ánh</translation>
    </message>
    <message>
        <source>League of reports</source>
        <translation>Hiệu quả xử lý phản ánh</translation>
    </message>
    <message>
        <source>Press and social media</source>
        <translation>Báo chí và mạng xã hội</translation>
    </message>
    <message>
        <source>Hotline 1022</source>
        <translation>Tổng đài 1022</translation>
    </message>
    <message>
        <source>Indicator boards</source>
        <translation>Bảng chỉ tiêu</translation>
    </message>
    <message>
        <source>Duplicates</source>
        <translation>Phản ánh trùng</translation>
    </message>
    <message>
        <source>Public page</source>
        <translation>Trang công khai</translation>
    </message>
    <message>
        <source>Figures to enter</source>
        <translation>Nhập số liệu</translation>
    </message>
    <message>
        <source>Zones</source>
        <translation>Vùng, chốt</translation>
    </message>
    <message>
        <source>Meeting</source>
        <translation>Họp</translation>
    </message>
</context>
<context>
    <name>Press</name>
    <message>
        <source>Age</source>
        <translation>Đã có</translation>
    </message>
    <message>
        <source>Story</source>
        <translation>Tin</translation>
    </message>
    <message>
        <source>Told by</source>
        <translation>Nguồn đưa</translation>
    </message>
    <message>
        <source>Tone</source>
        <translation>Sắc thái</translation>
    </message>
    <message>
        <source>Named</source>
        <translation>Có nhắc</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Trạng thái</translation>
    </message>
    <message>
        <source>{outlet} +{posts}</source>
        <translation>{outlet} +{posts}</translation>
    </message>
    <message>
        <source>views</source>
        <translation>lượt xem</translation>
    </message>
    <message>
        <source>shares</source>
        <translation>chia sẻ</translation>
    </message>
    <message>
        <source>comments</source>
        <translation>bình luận</translation>
    </message>
    <message>
        <source>▲ {name}: {count} in the last hour, usual {usual}</source>
        <translation>▲ {name}: {count} lượt trong giờ qua, thường {usual}</translation>
    </message>
    <message>
        <source>EXERCISE</source>
        <translation>DIỄN TẬP</translation>
    </message>
    <message>
        <source>told {posts} times by {outlets}</source>
        <translation>{posts} bài, {outlets} nguồn</translation>
    </message>
</context>
<context>
    <name>PressPanel</name>
    <message>
        <source>Time</source>
        <translation>Thời gian</translation>
    </message>
    <message>
        <source>Outlet</source>
        <translation>Nguồn</translation>
    </message>
    <message>
        <source>Post</source>
        <translation>Bài đăng</translation>
    </message>
    <message>
        <source>All</source>
        <translation>Tất cả</translation>
    </message>
    <message>
        <source>Watched names</source>
        <translation>Tên theo dõi</translation>
    </message>
    <message>
        <source>Not answered</source>
        <translation>Chưa xử lý</translation>
    </message>
    <message>
        <source>Words in the title</source>
        <translation>Từ trong tiêu đề</translation>
    </message>
    <message>
        <source>To an agency…</source>
        <translation>Chuyển cơ quan…</translation>
    </message>
    <message>
        <source>Make a report…</source>
        <translation>Lập phản ánh…</translation>
    </message>
    <message>
        <source>Dismiss…</source>
        <translation>Bỏ qua…</translation>
    </message>
    <message>
        <source>Evidence (ZIP)…</source>
        <translation>Bằng chứng (ZIP)…</translation>
    </message>
    <message>
        <source>No story is like this. Other words, or All, show more.</source>
        <translation>Không có tin như vậy. Đổi từ hoặc chọn Tất cả.</translation>
    </message>
    <message>
        <source>No story yet. Feeds and listening services are read by themselves.</source>
        <translation>Chưa có tin. Các nguồn tin được đọc tự động.</translation>
    </message>
    <message>
        <source>Posts: asking the server…</source>
        <translation>Bài đăng: đang hỏi máy chủ…</translation>
    </message>
    <message>
        <source>Posts</source>
        <translation>Bài đăng</translation>
    </message>
    <message>
        <source>The posts cannot be read: {why}</source>
        <translation>Không đọc được bài đăng: {why}</translation>
    </message>
    <message>
        <source>What is the agency to do about it?</source>
        <translation>Cơ quan cần làm gì?</translation>
    </message>
    <message>
        <source>What the agencies read</source>
        <translation>Nội dung cơ quan đọc</translation>
    </message>
    <message>
        <source>Why is it nothing for us?</source>
        <translation>Vì sao bỏ qua?</translation>
    </message>
    <message>
        <source>Evidence of the post</source>
        <translation>Bằng chứng của bài đăng</translation>
    </message>
    <message>
        <source>Saved: {path}</source>
        <translation>Đã lưu: {path}</translation>
    </message>
    <message>
        <source>Sent, waiting for the server…</source>
        <translation>Đã gửi, chờ máy chủ…</translation>
    </message>
</context>
<context>
    <name>PressWords</name>
    <message>
        <source>positive</source>
        <translation>tích cực</translation>
    </message>
    <message>
        <source>neutral</source>
        <translation>trung lập</translation>
    </message>
    <message>
        <source>negative</source>
        <translation>tiêu cực</translation>
    </message>
    <message>
        <source>new</source>
        <translation>mới</translation>
    </message>
    <message>
        <source>assigned</source>
        <translation>đã giao</translation>
    </message>
    <message>
        <source>dismissed</source>
        <translation>đã bỏ qua</translation>
    </message>
    <message>
        <source>made a report</source>
        <translation>đã thành phản ánh</translation>
    </message>
    <message>
        <source>{shape} {tone}, says {producer}</source>
        <translation>{shape} {tone}, theo {producer}</translation>
    </message>
    <message>
        <source>first told by {outlet}</source>
        <translation>đăng đầu tiên: {outlet}</translation>
    </message>
    <message>
        <source>told {posts} times by {outlets} outlets</source>
        <translation>{posts} bài trên {outlets} nguồn</translation>
    </message>
    <message>
        <source>assigned to {agency}</source>
        <translation>đã giao {agency}</translation>
    </message>
    <message>
        <source>became the report {code}</source>
        <translation>đã thành phản ánh {code}</translation>
    </message>
</context>
<context>
    <name>Procedures</name>
    <message>
        <source>Id</source>
        <translation>Mã</translation>
    </message>
    <message>
        <source>Words (vi)</source>
        <translation>Nội dung (Việt)</translation>
    </message>
    <message>
        <source>Words (en)</source>
        <translation>Nội dung (Anh)</translation>
    </message>
    <message>
        <source>Who</source>
        <translation>Ai</translation>
    </message>
    <message>
        <source>Agency</source>
        <translation>Cơ quan</translation>
    </message>
    <message>
        <source>Limit, s</source>
        <translation>Hạn, giây</translation>
    </message>
    <message>
        <source>Opens</source>
        <translation>Mở</translation>
    </message>
    <message>
        <source>What</source>
        <translation>Việc</translation>
    </message>
    <message>
        <source>Asks agency</source>
        <translation>Giao cho</translation>
    </message>
    <message>
        <source>Question</source>
        <translation>Câu hỏi</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>Tiếp theo</translation>
    </message>
    <message>
        <source>If yes</source>
        <translation>Nếu có</translation>
    </message>
    <message>
        <source>If no</source>
        <translation>Nếu không</translation>
    </message>
</context>
<context>
    <name>PublicPage</name>
    <message>
        <source>nothing</source>
        <translation>không hiện</translation>
    </message>
    <message>
        <source>{count} that nobody gave free</source>
        <translation>{count} chưa được cho công khai</translation>
    </message>
    <message>
        <source>Telephone, mail or identity card</source>
        <translation>Điện thoại, thư điện tử hoặc CCCD</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>Địa chỉ</translation>
    </message>
    <message>
        <source>Place</source>
        <translation>Nơi</translation>
    </message>
    <message>
        <source>Pictures before the work</source>
        <translation>Ảnh trước xử lý</translation>
    </message>
    <message>
        <source>Pictures after the work</source>
        <translation>Ảnh sau xử lý</translation>
    </message>
    <message>
        <source>Pictures of the citizen</source>
        <translation>Ảnh của người dân</translation>
    </message>
</context>
<context>
    <name>PublicPagePanel</name>
    <message>
        <source>What the room knows and everybody does not read</source>
        <translation>Trung tâm biết, người dân không đọc được</translation>
    </message>
    <message>
        <source>What</source>
        <translation>Nội dung</translation>
    </message>
    <message>
        <source>In the room</source>
        <translation>Ở trung tâm</translation>
    </message>
    <message>
        <source>For everybody</source>
        <translation>Công khai</translation>
    </message>
    <message>
        <source>What is made public is decided by the centre.</source>
        <translation>Việc công khai do trung tâm quyết định.</translation>
    </message>
    <message>
        <source>No report is chosen. Choose one in the queue or on the map.</source>
        <translation>Chưa chọn phản ánh nào. Hãy chọn trong hàng đợi hoặc trên bản đồ.</translation>
    </message>
    <message>
        <source>{code} was not in the room at this instant.</source>
        <translation>{code} chưa có ở phòng vào lúc này.</translation>
    </message>
    <message>
        <source>There is no server to ask for the page.</source>
        <translation>Không có máy chủ để hỏi trang này.</translation>
    </message>
    <message>
        <source>{code} is public: everybody reads this page.</source>
        <translation>{code} đã công khai: mọi người đọc trang này.</translation>
    </message>
    <message>
        <source>{code} is not public yet. Published now, everybody would read this page.</source>
        <translation>{code} chưa công khai. Nếu công khai bây giờ, mọi người sẽ đọc trang này.</translation>
    </message>
    <message>
        <source>The page cannot be shown: {why}</source>
        <translation>Không hiện được trang: {why}</translation>
    </message>
</context>
<context>
    <name>Readings</name>
    <message>
        <source>calibrating</source>
        <translation>hiệu chuẩn</translation>
    </message>
    <message>
        <source>device fault</source>
        <translation>lỗi thiết bị</translation>
    </message>
    <message>
        <source>above {mark} by {distance} m</source>
        <translation>trên {mark} {distance} m</translation>
    </message>
    <message>
        <source>below {mark} by {distance} m</source>
        <translation>dưới {mark} {distance} m</translation>
    </message>
    <message>
        <source>{minutes} min mean</source>
        <translation>TB {minutes} ph</translation>
    </message>
    <message>
        <source>{hours} h mean</source>
        <translation>TB {hours} giờ</translation>
    </message>
    <message>
        <source>outside the limit</source>
        <translation>ngoài giới hạn</translation>
    </message>
    <message>
        <source>near the limit</source>
        <translation>SÁT giới hạn</translation>
    </message>
    <message>
        <source>inside the limits</source>
        <translation>trong giới hạn</translation>
    </message>
    <message>
        <source>NEAR: {share}% of limit</source>
        <translation>SÁT NGƯỠNG {share}%</translation>
    </message>
    <message>
        <source>{share}% of limit</source>
        <translation>{share}% ngưỡng</translation>
    </message>
</context>
<context>
    <name>RecordedCallRow</name>
    <message>
        <source>Recorded calls</source>
        <translation>Cuộc gọi ghi âm</translation>
    </message>
    <message>
        <source>Recorded calls are shown in views of up to {hours} h: zoom in (+)</source>
        <translation>Cuộc gọi ghi âm chỉ hiện trong khung nhìn tới {hours} giờ: hãy phóng to (+)</translation>
    </message>
    <message>
        <source>Recorded calls cannot be loaded: {reason}. Trying again.</source>
        <translation>Không tải được cuộc gọi ghi âm: {reason}. Đang thử lại.</translation>
    </message>
    <message>
        <source>The first {count} calls only: zoom in (+)</source>
        <translation>Mới hiện {count} cuộc gọi đầu: hãy phóng to (+)</translation>
    </message>
    <message>
        <source>Call {time} · {length} recorded</source>
        <translation>Cuộc gọi {time} · ghi âm {length}</translation>
    </message>
    <message>
        <source>answered after {time}</source>
        <translation>nghe máy sau {time}</translation>
    </message>
    <message>
        <source>Queue: {name}</source>
        <translation>Hàng đợi: {name}</translation>
    </message>
    <message>
        <source>Answered by: {name}</source>
        <translation>Người nghe máy: {name}</translation>
    </message>
</context>
<context>
    <name>Recordings</name>
    <message>
        <source>not known</source>
        <translation>chưa rõ</translation>
    </message>
    <message>
        <source>off</source>
        <translation>tắt</translation>
    </message>
    <message>
        <source>continuous</source>
        <translation>liên tục</translation>
    </message>
    <message>
        <source>on event</source>
        <translation>theo sự kiện</translation>
    </message>
    <message>
        <source>by schedule</source>
        <translation>theo lịch</translation>
    </message>
    <message>
        <source>sub-stream</source>
        <translation>luồng phụ</translation>
    </message>
    <message>
        <source>free {bytes}</source>
        <translation>trống {bytes}</translation>
    </message>
    <message>
        <source>used {bytes}</source>
        <translation>đã dùng {bytes}</translation>
    </message>
    <message>
        <source>held {bytes}</source>
        <translation>niêm giữ {bytes}</translation>
    </message>
    <message>
        <source>room for {days} days</source>
        <translation>còn chỗ cho {days} ngày</translation>
    </message>
    <message>
        <source>Camera</source>
        <translation>Camera</translation>
    </message>
    <message>
        <source>Recording</source>
        <translation>Ghi hình</translation>
    </message>
    <message>
        <source>Mode</source>
        <translation>Chế độ</translation>
    </message>
    <message>
        <source>A day</source>
        <translation>Mỗi ngày</translation>
    </message>
    <message>
        <source>Gaps in 24 h</source>
        <translation>Khoảng trống 24 giờ</translation>
    </message>
    <message>
        <source>Kept</source>
        <translation>Đã giữ</translation>
    </message>
    <message>
        <source>{bytes} kept</source>
        <translation>đang giữ {bytes}</translation>
    </message>
    <message>
        <source>from {time} on</source>
        <translation>từ {time}</translation>
    </message>
    <message>
        <source>by {who}</source>
        <translation>bởi {who}</translation>
    </message>
    <message>
        <source>how far it is, is not known: {reason}</source>
        <translation>chưa biết tiến độ: {reason}</translation>
    </message>
    <message>
        <source>encrypted</source>
        <translation>mã hóa</translation>
    </message>
    <message>
        <source>being made</source>
        <translation>đang xuất</translation>
    </message>
    <message>
        <source>ready</source>
        <translation>đã xong</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>đã dừng</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>bị lỗi</translation>
    </message>
    <message>
        <source>all cameras</source>
        <translation>tất cả camera</translation>
    </message>
    <message>
        <source>{count} cameras</source>
        <translation>{count} camera</translation>
    </message>
</context>
<context>
    <name>RecordingsPanel</name>
    <message>
        <source>Recording of the cameras</source>
        <translation>Ghi hình của các camera</translation>
    </message>
    <message>
        <source>Evidence held</source>
        <translation>Bằng chứng niêm giữ</translation>
    </message>
    <message>
        <source>Nothing is held. A span is held from the replay&apos;s timeline.</source>
        <translation>Chưa niêm giữ đoạn nào. Niêm giữ một đoạn từ trục thời gian phát lại.</translation>
    </message>
    <message>
        <source>Release…</source>
        <translation>Bỏ niêm giữ…</translation>
    </message>
    <message>
        <source>Why it need not be kept any more · Enter releases, Esc does not</source>
        <translation>Lý do không cần giữ nữa · Enter để bỏ niêm giữ, Esc để thôi</translation>
    </message>
    <message>
        <source>Evidence packages</source>
        <translation>Gói bằng chứng</translation>
    </message>
    <message>
        <source>No package yet. Select an alert and order one.</source>
        <translation>Chưa có gói nào. Chọn một cảnh báo rồi yêu cầu xuất.</translation>
    </message>
    <message>
        <source>Of the alert…</source>
        <translation>Của cảnh báo…</translation>
    </message>
    <message>
        <source>Order a package of the selected alert: a minute before it until a minute after</source>
        <translation>Yêu cầu gói bằng chứng của cảnh báo đang chọn: từ một phút trước đến một phút sau</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Dừng</translation>
    </message>
    <message>
        <source>Save…</source>
        <translation>Lưu…</translation>
    </message>
    <message>
        <source>Fetch the package from the server and save it here</source>
        <translation>Tải gói từ máy chủ và lưu vào máy này</translation>
    </message>
    <message>
        <source>Passphrase</source>
        <translation>Mật khẩu mở</translation>
    </message>
    <message>
        <source>Show what opens the encrypted package; who asked is recorded</source>
        <translation>Hiện mật khẩu mở gói đã mã hóa; người hỏi được ghi lại</translation>
    </message>
    <message>
        <source>Waiting for the site from the server</source>
        <translation>Đang chờ cấu hình từ máy chủ</translation>
    </message>
    <message>
        <source>This site has no camera. Cameras are entered in cameras.csv of the site.</source>
        <translation>Địa bàn này chưa có camera. Camera được khai báo trong cameras.csv.</translation>
    </message>
    <message>
        <source>Nothing is known of the recording: the server records nothing, or has not begun.</source>
        <translation>Chưa rõ việc ghi hình: máy chủ không ghi, hoặc chưa bắt đầu.</translation>
    </message>
    <message>
        <source>{well} of {wanted} cameras recorded as they should</source>
        <translation>{well}/{wanted} camera được ghi đúng</translation>
    </message>
    <message>
        <source>{count} cannot be stored</source>
        <translation>{count} không lưu được</translation>
    </message>
    <message>
        <source>{count} with a gap now</source>
        <translation>{count} đang có khoảng trống</translation>
    </message>
    <message>
        <source>{count} not recorded</source>
        <translation>{count} không ghi</translation>
    </message>
    <message>
        <source>LINK LOST: what is shown is old</source>
        <translation>MẤT LIÊN KẾT: thông tin đang hiện là cũ</translation>
    </message>
    <message>
        <source>{bytes} a day together</source>
        <translation>tổng cộng {bytes} mỗi ngày</translation>
    </message>
    <message>
        <source>Figures of the recorder could not be loaded: {reason}</source>
        <translation>Không tải được số liệu ghi hình: {reason}</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>Tiếp tục</translation>
    </message>
    <message>
        <source>Sent, waiting for the server …</source>
        <translation>Đã gửi, chờ máy chủ …</translation>
    </message>
    <message>
        <source>Save the evidence package</source>
        <translation>Lưu gói bằng chứng</translation>
    </message>
    <message>
        <source>Saving {name} …</source>
        <translation>Đang lưu {name} …</translation>
    </message>
    <message>
        <source>Saved: {path}</source>
        <translation>Đã lưu: {path}</translation>
    </message>
    <message>
        <source>Not saved: {reason}</source>
        <translation>Không lưu được: {reason}</translation>
    </message>
    <message>
        <source>The passphrase could not be had: {reason}</source>
        <translation>Không lấy được mật khẩu: {reason}</translation>
    </message>
</context>
<context>
    <name>Replay</name>
    <message>
        <source>A replay takes no commands.</source>
        <translation>Đang phát lại nên không nhận lệnh.</translation>
    </message>
    <message>
        <source>REPLAY</source>
        <translation>PHÁT LẠI</translation>
    </message>
</context>
<context>
    <name>ReportCard</name>
    <message>
        <source>EXERCISE</source>
        <translation>DIỄN TẬP</translation>
    </message>
    <message>
        <source>no place was told</source>
        <translation>không rõ nơi</translation>
    </message>
    <message>
        <source>no agency has it yet</source>
        <translation>chưa chuyển cơ quan nào</translation>
    </message>
    <message>
        <source>with {agencies}</source>
        <translation>phối hợp {agencies}</translation>
    </message>
    <message>
        <source>{leader} is told, has not read it</source>
        <translation>đã báo {leader}, chưa xem</translation>
    </message>
    <message>
        <source>{leader} read it {time}</source>
        <translation>{leader} đã xem lúc {time}</translation>
    </message>
    <message>
        <source>due {time}</source>
        <translation>hạn {time}</translation>
    </message>
    <message>
        <source>extended {count} times</source>
        <translation>đã gia hạn {count} lần</translation>
    </message>
    <message>
        <source>opened again {count} times</source>
        <translation>mở lại {count} lần</translation>
    </message>
    <message>
        <source>asks for {time} more: {reason}</source>
        <translation>xin thêm {time}: {reason}</translation>
    </message>
    <message>
        <source>the same as {code}</source>
        <translation>trùng {code}</translation>
    </message>
    <message>
        <source>the citizen: {rating}</source>
        <translation>người dân: {rating}</translation>
    </message>
    <message>
        <source>time by: {source}</source>
        <translation>thời hạn theo: {source}</translation>
    </message>
    <message>
        <source>with the report</source>
        <translation>kèm phản ánh</translation>
    </message>
    <message>
        <source>before the work</source>
        <translation>trước xử lý</translation>
    </message>
    <message>
        <source>after the work</source>
        <translation>sau xử lý</translation>
    </message>
    <message>
        <source>{picture} · public</source>
        <translation>{picture} · công khai</translation>
    </message>
    <message>
        <source>The centre speaks to the citizen: write inside.</source>
        <translation>Trung tâm trả lời người dân: hãy ghi chú nội bộ.</translation>
    </message>
    <message>
        <source>Note inside…</source>
        <translation>Ghi chú nội bộ…</translation>
    </message>
    <message>
        <source>Attach a picture…</source>
        <translation>Đính kèm ảnh…</translation>
    </message>
    <message>
        <source>Open or cover the pictures</source>
        <translation>Mở hoặc che ảnh</translation>
    </message>
    <message>
        <source>The centre does this, not the agency.</source>
        <translation>Việc này do trung tâm làm, không phải cơ quan.</translation>
    </message>
    <message>
        <source>The agency that has it does this, not the centre.</source>
        <translation>Việc này do cơ quan đang giữ phản ánh làm, không phải trung tâm.</translation>
    </message>
    <message>
        <source>Not while the report is: {state}.</source>
        <translation>Chưa làm được khi phản ánh ở trạng thái: {state}.</translation>
    </message>
    <message>
        <source>Decide on the time first: E or N.</source>
        <translation>Hãy quyết định gia hạn trước: E hoặc N.</translation>
    </message>
    <message>
        <source>N sends the result back.</source>
        <translation>N trả lại kết quả.</translation>
    </message>
    <message>
        <source>Show this picture to everybody</source>
        <translation>Công khai ảnh này</translation>
    </message>
    <message>
        <source>Do not show this picture any more</source>
        <translation>Thôi công khai ảnh này</translation>
    </message>
    <message>
        <source>Open a picture first (H): it is shown to everybody only by who has seen it.</source>
        <translation>Hãy mở một ảnh trước (H): chỉ người đã xem mới cho công khai.</translation>
    </message>
    <message>
        <source>Only the leader of the place does this.</source>
        <translation>Chỉ lãnh đạo địa bàn làm việc này.</translation>
    </message>
    <message>
        <source>A word as its leader…</source>
        <translation>Ý kiến lãnh đạo…</translation>
    </message>
    <message>
        <source>The report has no pictures.</source>
        <translation>Phản ánh không có ảnh.</translation>
    </message>
    <message>
        <source>This is a replay: nothing can be done in it.</source>
        <translation>Đây là phát lại: không làm được gì ở đây.</translation>
    </message>
    <message>
        <source>Your role does not do this.</source>
        <translation>Vai trò của bạn không làm việc này.</translation>
    </message>
    <message>
        <source>Your agency does not have this report.</source>
        <translation>Cơ quan của bạn không giữ phản ánh này.</translation>
    </message>
    <message>
        <source>Give to another agency…</source>
        <translation>Chuyển cơ quan khác…</translation>
    </message>
    <message>
        <source>Give to an agency…</source>
        <translation>Chuyển cơ quan…</translation>
    </message>
    <message>
        <source>Not good enough…</source>
        <translation>Chưa đạt…</translation>
    </message>
    <message>
        <source>Begin work</source>
        <translation>Bắt đầu xử lý</translation>
    </message>
    <message>
        <source>Done…</source>
        <translation>Đã xử lý xong…</translation>
    </message>
    <message>
        <source>Publish…</source>
        <translation>Công khai kết quả…</translation>
    </message>
    <message>
        <source>Verify</source>
        <translation>Xác minh</translation>
    </message>
    <message>
        <source>Ask the citizen…</source>
        <translation>Hỏi lại người dân…</translation>
    </message>
    <message>
        <source>More time…</source>
        <translation>Xin gia hạn…</translation>
    </message>
    <message>
        <source>Not ours…</source>
        <translation>Không thuộc thẩm quyền…</translation>
    </message>
    <message>
        <source>Duplicate…</source>
        <translation>Trùng…</translation>
    </message>
    <message>
        <source>Refuse…</source>
        <translation>Từ chối…</translation>
    </message>
    <message>
        <source>Open again…</source>
        <translation>Mở lại…</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Thời hạn</translation>
    </message>
    <message>
        <source>By</source>
        <translation>Người làm</translation>
    </message>
    <message>
        <source>What</source>
        <translation>Nội dung</translation>
    </message>
    <message>
        <source>Code</source>
        <translation>Mã</translation>
    </message>
    <message>
        <source>Away</source>
        <translation>Cách</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Trạng thái</translation>
    </message>
    <message>
        <source>No agency is called so.</source>
        <translation>Không có cơ quan nào tên như vậy.</translation>
    </message>
    <message>
        <source>No report is chosen. Choose one in the queue or on the map.</source>
        <translation>Chưa chọn phản ánh. Chọn trong danh sách hoặc trên bản đồ.</translation>
    </message>
    <message>
        <source>Note inside (Enter)</source>
        <translation>Ghi chú nội bộ (Enter)</translation>
    </message>
    <message>
        <source>May be the same (Enter: look)</source>
        <translation>Có thể trùng (Enter: xem)</translation>
    </message>
    <message>
        <source>{code} was not in the room at this instant.</source>
        <translation>Lúc này {code} chưa có trong trung tâm.</translation>
    </message>
    <message>
        <source>{code} is not in the room; its archive is asked.</source>
        <translation>{code} không còn trong phòng; đang hỏi kho lưu trữ.</translation>
    </message>
    <message>
        <source>What happened: asking the server…</source>
        <translation>Diễn biến: đang hỏi máy chủ…</translation>
    </message>
    <message>
        <source>What happened</source>
        <translation>Diễn biến</translation>
    </message>
    <message>
        <source>What happened cannot be read: {why}</source>
        <translation>Không đọc được diễn biến: {why}</translation>
    </message>
    <message>
        <source>Grant more time</source>
        <translation>Đồng ý gia hạn</translation>
    </message>
    <message>
        <source>No more time…</source>
        <translation>Không gia hạn…</translation>
    </message>
    <message>
        <source>Write to the citizen…</source>
        <translation>Trả lời người dân…</translation>
    </message>
    <message>
        <source>What does the citizen have to tell? (the citizen reads it)</source>
        <translation>Cần người dân cho biết thêm điều gì? (người dân đọc)</translation>
    </message>
    <message>
        <source>Why is it refused? (the citizen reads it)</source>
        <translation>Vì sao từ chối? (người dân đọc)</translation>
    </message>
    <message>
        <source>A word to those who work on it</source>
        <translation>Ý kiến gửi những người xử lý</translation>
    </message>
    <message>
        <source>With:</source>
        <translation>Phối hợp:</translation>
    </message>
    <message>
        <source>Which agency? Enter chooses, Ctrl+Enter sets one beside it</source>
        <translation>Cơ quan nào? Enter chọn, Ctrl+Enter thêm đơn vị phối hợp</translation>
    </message>
    <message>
        <source>Whose is it? Enter chooses, Esc: it is not known</source>
        <translation>Của ai? Enter chọn, Esc: chưa rõ</translation>
    </message>
    <message>
        <source>It is for {agency}: </source>
        <translation>Thuộc {agency}: </translation>
    </message>
    <message>
        <source>Why this agency? Enter gives it to: {agency}</source>
        <translation>Vì sao cơ quan này? Enter giao cho: {agency}</translation>
    </message>
    <message>
        <source>Why is it not yours? Whose is it?</source>
        <translation>Vì sao không thuộc thẩm quyền? Thuộc ai?</translation>
    </message>
    <message>
        <source>What does it show? Enter chooses the file</source>
        <translation>Ảnh chụp lúc nào? Enter chọn tệp</translation>
    </message>
    <message>
        <source>Picture or film of the place</source>
        <translation>Ảnh hoặc phim hiện trường</translation>
    </message>
    <message>
        <source>Pictures and films (*.jpg *.jpeg *.png *.webp *.heic *.mp4 *.mov *.webm)</source>
        <translation>Ảnh và phim (*.jpg *.jpeg *.png *.webp *.heic *.mp4 *.mov *.webm)</translation>
    </message>
    <message>
        <source>What was done?</source>
        <translation>Đã làm gì?</translation>
    </message>
    <message>
        <source>Key {letter}</source>
        <translation>Phím {letter}</translation>
    </message>
    <message>
        <source>The result (everybody reads it)</source>
        <translation>Kết quả (mọi người đều đọc được)</translation>
    </message>
    <message>
        <source>Why is it opened again?</source>
        <translation>Vì sao mở lại?</translation>
    </message>
    <message>
        <source>How many hours more, and why? e.g. 24 waiting for parts</source>
        <translation>Thêm mấy giờ, vì sao? VD: 24 chờ vật tư</translation>
    </message>
    <message>
        <source>The same as which report? Its code</source>
        <translation>Trùng với phản ánh nào? Nhập mã</translation>
    </message>
    <message>
        <source>What is missing in the result?</source>
        <translation>Kết quả còn thiếu gì?</translation>
    </message>
    <message>
        <source>as the rules say</source>
        <translation>theo quy tắc phân phối</translation>
    </message>
    <message>
        <source>Why is there no more time?</source>
        <translation>Vì sao không gia hạn?</translation>
    </message>
    <message>
        <source>What the citizen reads</source>
        <translation>Nội dung người dân đọc</translation>
    </message>
    <message>
        <source>Hours as a whole number first, then why: 24 waiting for parts</source>
        <translation>Số giờ (số nguyên) trước, rồi lý do: 24 chờ vật tư</translation>
    </message>
    <message>
        <source>{file} is still being sent.</source>
        <translation>{file} vẫn đang được gửi.</translation>
    </message>
    <message>
        <source>Nothing can be attached here.</source>
        <translation>Ở đây không đính kèm được.</translation>
    </message>
    <message>
        <source>{file} is being sent…</source>
        <translation>Đang gửi {file}…</translation>
    </message>
    <message>
        <source>{file} is sent; the server looks at it…</source>
        <translation>Đã gửi {file}; máy chủ đang kiểm tra…</translation>
    </message>
    <message>
        <source>{file} is being sent: {sent} of {size} MB</source>
        <translation>Đang gửi {file}: {sent} / {size} MB</translation>
    </message>
    <message>
        <source>{file} is not attached: {why}</source>
        <translation>{file} chưa được đính kèm: {why}</translation>
    </message>
    <message>
        <source>Sent, waiting for the server…</source>
        <translation>Đã gửi, chờ máy chủ…</translation>
    </message>
</context>
<context>
    <name>ReportLeague</name>
    <message>
        <source>Rank</source>
        <translation>Hạng</translation>
    </message>
    <message>
        <source>Who</source>
        <translation>Đơn vị</translation>
    </message>
    <message>
        <source>To process</source>
        <translation>Phải xử lý</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Đã xong</translation>
    </message>
    <message>
        <source>In work</source>
        <translation>Đang xử lý</translation>
    </message>
    <message>
        <source>Nearly due</source>
        <translation>Sắp hạn</translation>
    </message>
    <message>
        <source>Overdue</source>
        <translation>Quá hạn</translation>
    </message>
    <message>
        <source>On time</source>
        <translation>Đúng hạn</translation>
    </message>
    <message>
        <source>Median time</source>
        <translation>Trung vị</translation>
    </message>
    <message>
        <source>Content</source>
        <translation>Hài lòng</translation>
    </message>
    <message>
        <source>All of them</source>
        <translation>Tất cả</translation>
    </message>
    <message>
        <source>{count} came in</source>
        <translation>{count} tiếp nhận</translation>
    </message>
    <message>
        <source>{count} from before</source>
        <translation>{count} kỳ trước chuyển sang</translation>
    </message>
    <message>
        <source>{share} on time</source>
        <translation>{share} đúng hạn</translation>
    </message>
    <message>
        <source>{share} opened again</source>
        <translation>{share} mở lại</translation>
    </message>
    <message>
        <source>{share} refused</source>
        <translation>{share} từ chối</translation>
    </message>
    <message>
        <source>first answer after {time}</source>
        <translation>phản hồi đầu sau {time}</translation>
    </message>
</context>
<context>
    <name>ReportLeaguePanel</name>
    <message>
        <source>Agencies</source>
        <translation>Cơ quan</translation>
    </message>
    <message>
        <source>Categories</source>
        <translation>Lĩnh vực</translation>
    </message>
    <message>
        <source>Communes</source>
        <translation>Xã, phường</translation>
    </message>
    <message>
        <source>24 hours</source>
        <translation>24 giờ</translation>
    </message>
    <message>
        <source>7 days</source>
        <translation>7 ngày</translation>
    </message>
    <message>
        <source>30 days</source>
        <translation>30 ngày</translation>
    </message>
    <message>
        <source>90 days</source>
        <translation>90 ngày</translation>
    </message>
    <message>
        <source>1 year</source>
        <translation>1 năm</translation>
    </message>
    <message>
        <source>The figures cannot be fetched: {reason}</source>
        <translation>Không lấy được số liệu: {reason}</translation>
    </message>
    <message>
        <source>Counting the reports…</source>
        <translation>Đang tính…</translation>
    </message>
    <message>
        <source>No report in this span.</source>
        <translation>Không có phản ánh trong khoảng này.</translation>
    </message>
</context>
<context>
    <name>ReportMedia</name>
    <message>
        <source>The film is on its way…</source>
        <translation>Đang tải phim…</translation>
    </message>
    <message>
        <source>The film cannot be played: {why}</source>
        <translation>Không phát được phim: {why}</translation>
    </message>
    <message>
        <source>on its way…</source>
        <translation>đang tải…</translation>
    </message>
    <message>
        <source>covered, Enter opens</source>
        <translation>đang che, Enter mở</translation>
    </message>
    <message>
        <source>cannot be shown</source>
        <translation>không hiện được</translation>
    </message>
</context>
<context>
    <name>ReportPairs</name>
    <message>
        <source>no place</source>
        <translation>không rõ nơi</translation>
    </message>
    <message>
        <source>Place</source>
        <translation>Nơi</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Giờ</translation>
    </message>
    <message>
        <source>{time} apart</source>
        <translation>lệch {time}</translation>
    </message>
    <message>
        <source>Category</source>
        <translation>Lĩnh vực</translation>
    </message>
    <message>
        <source>the same</source>
        <translation>giống nhau</translation>
    </message>
    <message>
        <source>of one branch</source>
        <translation>cùng ngành</translation>
    </message>
    <message>
        <source>Words</source>
        <translation>Lời</translation>
    </message>
    <message>
        <source>{share} % in common</source>
        <translation>chung {share} %</translation>
    </message>
</context>
<context>
    <name>ReportQueue</name>
    <message>
        <source>overdue {time}</source>
        <translation>quá hạn {time}</translation>
    </message>
    <message>
        <source>{time} left</source>
        <translation>còn {time}</translation>
    </message>
    <message>
        <source>Code</source>
        <translation>Mã</translation>
    </message>
    <message>
        <source>What</source>
        <translation>Nội dung</translation>
    </message>
    <message>
        <source>Category</source>
        <translation>Lĩnh vực</translation>
    </message>
    <message>
        <source>Place</source>
        <translation>Nơi</translation>
    </message>
    <message>
        <source>Agency</source>
        <translation>Cơ quan</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Trạng thái</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Thời hạn</translation>
    </message>
    <message>
        <source>Age</source>
        <translation>Đã có</translation>
    </message>
    <message>
        <source>{count} pictures</source>
        <translation>{count} ảnh, phim</translation>
    </message>
</context>
<context>
    <name>ReportWords</name>
    <message>
        <source>new</source>
        <translation>mới</translation>
    </message>
    <message>
        <source>being verified</source>
        <translation>đang xác minh</translation>
    </message>
    <message>
        <source>citizen is asked</source>
        <translation>yêu cầu bổ sung</translation>
    </message>
    <message>
        <source>refused</source>
        <translation>từ chối</translation>
    </message>
    <message>
        <source>duplicate</source>
        <translation>trùng</translation>
    </message>
    <message>
        <source>with the agency</source>
        <translation>đã chuyển</translation>
    </message>
    <message>
        <source>sent back</source>
        <translation>chuyển lại</translation>
    </message>
    <message>
        <source>in work</source>
        <translation>đang xử lý</translation>
    </message>
    <message>
        <source>asks for more time</source>
        <translation>xin gia hạn</translation>
    </message>
    <message>
        <source>done, to be approved</source>
        <translation>đã xử lý, chờ duyệt</translation>
    </message>
    <message>
        <source>published</source>
        <translation>đã công khai</translation>
    </message>
    <message>
        <source>rated</source>
        <translation>đã đánh giá</translation>
    </message>
    <message>
        <source>opened again</source>
        <translation>mở lại</translation>
    </message>
    <message>
        <source>app</source>
        <translation>ứng dụng</translation>
    </message>
    <message>
        <source>call 1022</source>
        <translation>gọi 1022</translation>
    </message>
    <message>
        <source>Zalo</source>
        <translation>Zalo</translation>
    </message>
    <message>
        <source>web</source>
        <translation>trang web</translation>
    </message>
    <message>
        <source>e-mail</source>
        <translation>thư điện tử</translation>
    </message>
    <message>
        <source>at the counter</source>
        <translation>trực tiếp</translation>
    </message>
    <message>
        <source>press</source>
        <translation>báo chí</translation>
    </message>
    <message>
        <source>the room</source>
        <translation>trung tâm</translation>
    </message>
    <message>
        <source>instant handling</source>
        <translation>xử lý tức thời</translation>
    </message>
    <message>
        <source>handling with a deadline</source>
        <translation>xử lý có thời gian</translation>
    </message>
    <message>
        <source>no deadline yet</source>
        <translation>chưa có hạn</translation>
    </message>
    <message>
        <source>clock stands</source>
        <translation>dừng tính hạn</translation>
    </message>
    <message>
        <source>in time</source>
        <translation>còn hạn</translation>
    </message>
    <message>
        <source>nearly due</source>
        <translation>sắp hạn</translation>
    </message>
    <message>
        <source>overdue</source>
        <translation>quá hạn</translation>
    </message>
    <message>
        <source>satisfied</source>
        <translation>hài lòng</translation>
    </message>
    <message>
        <source>accepts it</source>
        <translation>chấp nhận</translation>
    </message>
    <message>
        <source>not satisfied</source>
        <translation>không hài lòng</translation>
    </message>
    <message>
        <source>report {code}: {what}</source>
        <translation>phản ánh {code}: {what}</translation>
    </message>
    <message>
        <source>came by {channel}</source>
        <translation>tiếp nhận qua {channel}</translation>
    </message>
    <message>
        <source>given to {agencies}</source>
        <translation>chuyển {agencies}</translation>
    </message>
    <message>
        <source>its particulars were changed</source>
        <translation>sửa thông tin</translation>
    </message>
    <message>
        <source>asked for more time</source>
        <translation>xin gia hạn</translation>
    </message>
    <message>
        <source>more time was granted</source>
        <translation>đồng ý gia hạn</translation>
    </message>
    <message>
        <source>more time was refused</source>
        <translation>không đồng ý gia hạn</translation>
    </message>
    <message>
        <source>the citizen is: {rating}</source>
        <translation>người dân đánh giá: {rating}</translation>
    </message>
    <message>
        <source>is not the same as {code}</source>
        <translation>không trùng với {code}</translation>
    </message>
    <message>
        <source>the leader of the place has read it</source>
        <translation>lãnh đạo địa bàn đã xem</translation>
    </message>
    <message>
        <source>a picture of it may be seen by everybody</source>
        <translation>một ảnh được công khai</translation>
    </message>
    <message>
        <source>a picture of it is not for everybody any more</source>
        <translation>một ảnh không công khai nữa</translation>
    </message>
    <message>
        <source>the citizen wrote</source>
        <translation>người dân viết</translation>
    </message>
    <message>
        <source>wrote to the citizen</source>
        <translation>trả lời người dân</translation>
    </message>
    <message>
        <source>noted inside</source>
        <translation>ghi chú nội bộ</translation>
    </message>
</context>
<context>
    <name>ReportsPanel</name>
    <message>
        <source>For the room</source>
        <translation>Chờ trung tâm</translation>
    </message>
    <message>
        <source>With agencies</source>
        <translation>Ở cơ quan</translation>
    </message>
    <message>
        <source>Overdue</source>
        <translation>Quá hạn</translation>
    </message>
    <message>
        <source>Citizen is asked</source>
        <translation>Chờ người dân</translation>
    </message>
    <message>
        <source>All open</source>
        <translation>Đang mở</translation>
    </message>
    <message>
        <source>Ended</source>
        <translation>Đã kết thúc</translation>
    </message>
    <message>
        <source>For me to read</source>
        <translation>Chờ tôi xem</translation>
    </message>
    <message>
        <source>Words in it; Enter searches the whole archive</source>
        <translation>Từ cần tìm; Enter tìm cả kho lưu trữ</translation>
    </message>
    <message>
        <source>With the centre</source>
        <translation>Ở trung tâm</translation>
    </message>
    <message>
        <source>For us</source>
        <translation>Chờ đơn vị</translation>
    </message>
    <message>
        <source>Every category</source>
        <translation>Mọi lĩnh vực</translation>
    </message>
    <message>
        <source>This site takes no reports: reports.toml names no category.</source>
        <translation>Nơi này không nhận phản ánh: reports.toml không có lĩnh vực nào.</translation>
    </message>
    <message>
        <source>None here has these words. Enter searches the archive.</source>
        <translation>Ở đây không có. Nhấn Enter để tìm trong kho lưu trữ.</translation>
    </message>
    <message>
        <source>Nothing here. New reports come in by themselves.</source>
        <translation>Không có phản ánh. Phản ánh mới tự hiện ra.</translation>
    </message>
    <message>
        <source>The archive is asked in the live room only.</source>
        <translation>Chỉ tìm trong kho lưu trữ khi trực tiếp.</translation>
    </message>
    <message>
        <source>Asking the archive…</source>
        <translation>Đang hỏi kho lưu trữ…</translation>
    </message>
    <message>
        <source>Archive: {total} reports have these words</source>
        <translation>Kho lưu trữ: {total} phản ánh có các từ này</translation>
    </message>
    <message>
        <source>; the newest {shown} are shown</source>
        <translation>; hiện {shown} phản ánh mới nhất</translation>
    </message>
    <message>
        <source>The archive does not answer: {why}</source>
        <translation>Kho lưu trữ không trả lời: {why}</translation>
    </message>
</context>
<context>
    <name>RoomLog</name>
    <message>
        <source>Room log</source>
        <translation>Nhật ký phòng</translation>
    </message>
    <message>
        <source>All</source>
        <translation>Tất cả</translation>
    </message>
    <message>
        <source>Alerts</source>
        <translation>Cảnh báo</translation>
    </message>
    <message>
        <source>People</source>
        <translation>Người trực</translation>
    </message>
    <message>
        <source>System</source>
        <translation>Hệ thống</translation>
    </message>
    <message>
        <source>Search, diacritics not needed</source>
        <translation>Tìm, không cần dấu</translation>
    </message>
    <message>
        <source>No line holds this. Clear the search or choose All.</source>
        <translation>Không có dòng nào như vậy. Xóa ô tìm hoặc chọn Tất cả.</translation>
    </message>
    <message>
        <source>The log could not be loaded: {reason}</source>
        <translation>Không tải được nhật ký: {reason}</translation>
    </message>
    <message>
        <source>Loading the log …</source>
        <translation>Đang tải nhật ký …</translation>
    </message>
    <message>
        <source>Nothing had happened yet.</source>
        <translation>Lúc này chưa có sự việc nào.</translation>
    </message>
    <message>
        <source>No connection to the server: what happened is not known.</source>
        <translation>Không có kết nối tới máy chủ: chưa biết đã xảy ra việc gì.</translation>
    </message>
</context>
<context>
    <name>Score</name>
    <message>
        <source>met</source>
        <translation>đạt</translation>
    </message>
    <message>
        <source>late</source>
        <translation>muộn</translation>
    </message>
    <message>
        <source>missed</source>
        <translation>bỏ sót</translation>
    </message>
    <message>
        <source>waiting</source>
        <translation>đang chờ</translation>
    </message>
    <message>
        <source>not yet</source>
        <translation>chưa diễn ra</translation>
    </message>
    <message>
        <source>not over yet</source>
        <translation>chưa kết thúc</translation>
    </message>
    <message>
        <source>no result yet</source>
        <translation>chưa có kết luận</translation>
    </message>
    <message>
        <source>PASSED</source>
        <translation>ĐẠT</translation>
    </message>
    <message>
        <source>NOT PASSED</source>
        <translation>KHÔNG ĐẠT</translation>
    </message>
    <message>
        <source>{points} of {most} points</source>
        <translation>{points}/{most} điểm</translation>
    </message>
    <message>
        <source>passed from {percent}%</source>
        <translation>mức đạt {percent}%</translation>
    </message>
    <message>
        <source>acknowledged after {half} s (half), {most} s (95%)</source>
        <translation>ghi nhận sau {half} s (một nửa), {most} s (95%)</translation>
    </message>
    <message>
        <source>{n} of {all} alerts unanswered</source>
        <translation>{n}/{all} cảnh báo không ai ghi nhận</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>Kết quả</translation>
    </message>
    <message>
        <source>Expected</source>
        <translation>Việc phải làm</translation>
    </message>
    <message>
        <source>From</source>
        <translation>Tính từ</translation>
    </message>
    <message>
        <source>After (of)</source>
        <translation>Sau (thời hạn)</translation>
    </message>
    <message>
        <source>Officer</source>
        <translation>Cán bộ</translation>
    </message>
    <message>
        <source>Points</source>
        <translation>Điểm</translation>
    </message>
</context>
<context>
    <name>ScorePanel</name>
    <message>
        <source>This is not an exercise</source>
        <translation>Đây không phải buổi diễn tập</translation>
    </message>
    <message>
        <source>The sheet is shown to everybody when the exercise is over</source>
        <translation>Phiếu chấm điểm được mở cho mọi người khi buổi diễn tập kết thúc</translation>
    </message>
    <message>
        <source>The sheet cannot be fetched: {reason}</source>
        <translation>Không lấy được phiếu chấm điểm: {reason}</translation>
    </message>
    <message>
        <source>Fetching the sheet…</source>
        <translation>Đang lấy phiếu chấm điểm…</translation>
    </message>
</context>
<context>
    <name>ShiftPanel</name>
    <message>
        <source>State</source>
        <translation>Trạng thái</translation>
    </message>
    <message>
        <source>Due</source>
        <translation>Hạn</translation>
    </message>
    <message>
        <source>Task</source>
        <translation>Nhiệm vụ</translation>
    </message>
    <message>
        <source>By</source>
        <translation>Người làm</translation>
    </message>
    <message>
        <source>Remark</source>
        <translation>Ghi chú</translation>
    </message>
    <message>
        <source>Roster</source>
        <translation>Lịch trực</translation>
    </message>
    <message>
        <source>From</source>
        <translation>Từ</translation>
    </message>
    <message>
        <source>To</source>
        <translation>Đến</translation>
    </message>
    <message>
        <source>Team</source>
        <translation>Kíp</translation>
    </message>
    <message>
        <source>On duty</source>
        <translation>Người trực</translation>
    </message>
    <message>
        <source>Note, reason for skipping, or remarks for the hand-over</source>
        <translation>Ghi chép, lý do bỏ qua, hoặc ý kiến khi giao ca</translation>
    </message>
    <message>
        <source>Sign on</source>
        <translation>Nhận ca</translation>
    </message>
    <message>
        <source>Task done</source>
        <translation>Đã làm</translation>
    </message>
    <message>
        <source>Skip task</source>
        <translation>Bỏ qua</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Ghi chép</translation>
    </message>
    <message>
        <source>Draft sheet</source>
        <translation>Lập biên bản</translation>
    </message>
    <message>
        <source>Sign sheet</source>
        <translation>Ký biên bản</translation>
    </message>
    <message>
        <source>Save sheet…</source>
        <translation>Lưu biên bản…</translation>
    </message>
    <message>
        <source>This site keeps no shifts (shifts.toml).</source>
        <translation>Địa điểm này không quản lý ca trực (shifts.toml).</translation>
    </message>
    <message>
        <source>Nobody is signed on. Choose a position and sign on.</source>
        <translation>Chưa ai nhận ca. Hãy chọn vị trí và nhận ca.</translation>
    </message>
    <message>
        <source>{shift}: nobody is signed on. Choose a position and sign on.</source>
        <translation>{shift}: chưa ai nhận ca. Hãy chọn vị trí và nhận ca.</translation>
    </message>
    <message>
        <source>✓ done</source>
        <translation>✓ đã làm</translation>
    </message>
    <message>
        <source>– skipped</source>
        <translation>– bỏ qua</translation>
    </message>
    <message>
        <source>▲ overdue</source>
        <translation>▲ quá hạn</translation>
    </message>
    <message>
        <source>○ open</source>
        <translation>○ chưa làm</translation>
    </message>
    <message>
        <source>nobody yet</source>
        <translation>chưa có ai</translation>
    </message>
    <message>
        <source>Sheet of {time}: {open} alerts open, {incidents} incidents</source>
        <translation>Biên bản lúc {time}: {open} cảnh báo chưa kết thúc, {incidents} sự việc</translation>
    </message>
    <message>
        <source>Leaving officer signed: {user}</source>
        <translation>Người giao ca đã ký: {user}</translation>
    </message>
    <message>
        <source>Coming officer signed: {user}</source>
        <translation>Người nhận ca đã ký: {user}</translation>
    </message>
    <message>
        <source>Hand-over sheet</source>
        <translation>Biên bản giao ca</translation>
    </message>
</context>
<context>
    <name>SignIn</name>
    <message>
        <source>Sign in</source>
        <translation>Đăng nhập</translation>
    </message>
    <message>
        <source>Server</source>
        <translation>Máy chủ</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Tên</translation>
    </message>
    <message>
        <source>Password</source>
        <translation>Mật khẩu</translation>
    </message>
    <message>
        <source>Asking the server…</source>
        <translation>Đang hỏi máy chủ…</translation>
    </message>
</context>
<context>
    <name>SopPanel</name>
    <message>
        <source>New procedure</source>
        <translation>Quy trình mới</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>Các bước</translation>
    </message>
    <message>
        <source>Heading and match</source>
        <translation>Đầu mục và điều kiện</translation>
    </message>
    <message>
        <source>File</source>
        <translation>Tệp</translation>
    </message>
    <message>
        <source>Save as a new version</source>
        <translation>Lưu thành bản mới</translation>
    </message>
    <message>
        <source>steps and durations were compared with the source</source>
        <translation>các bước và thời hạn đã đối chiếu với căn cứ</translation>
    </message>
    <message>
        <source>separated by commas; empty = any</source>
        <translation>cách nhau bằng dấu phẩy; để trống = tất cả</translation>
    </message>
    <message>
        <source>Kinds of alerts</source>
        <translation>Loại cảnh báo</translation>
    </message>
    <message>
        <source>Parameters, labels</source>
        <translation>Thông số, nhãn</translation>
    </message>
    <message>
        <source>Priorities</source>
        <translation>Mức</translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>Thẻ</translation>
    </message>
    <message>
        <source>Places</source>
        <translation>Nơi</translation>
    </message>
    <message>
        <source>Id</source>
        <translation>Mã</translation>
    </message>
    <message>
        <source>Title</source>
        <translation>Tên</translation>
    </message>
    <message>
        <source>Title (en)</source>
        <translation>Tên (Anh)</translation>
    </message>
    <message>
        <source>Category</source>
        <translation>Loại sự việc</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>Căn cứ</translation>
    </message>
    <message>
        <source>Insert: new step · Ctrl+Delete: take out · Alt+Up, Alt+Down: move</source>
        <translation>Insert: thêm bước · Ctrl+Delete: bỏ bước · Alt+Lên, Alt+Xuống: chuyển</translation>
    </message>
    <message>
        <source>version {version}</source>
        <translation>bản {version}</translation>
    </message>
    <message>
        <source>The site has no procedures yet.</source>
        <translation>Đơn vị chưa có quy trình nào.</translation>
    </message>
    <message>
        <source>The id is made of small letters without marks, digits and hyphens</source>
        <translation>Mã gồm chữ thường không dấu, chữ số và gạch nối</translation>
    </message>
    <message>
        <source>line {line}: {message}</source>
        <translation>dòng {line}: {message}</translation>
    </message>
    <message>
        <source>Nothing is wrong with it</source>
        <translation>Không có lỗi</translation>
    </message>
    <message>
        <source>Sent, waiting for the server…</source>
        <translation>Đã gửi, chờ máy chủ…</translation>
    </message>
    <message>
        <source>Saved as version {version}; runs under way keep theirs</source>
        <translation>Đã lưu thành bản {version}; việc đang làm giữ bản cũ</translation>
    </message>
</context>
<context>
    <name>Speaker</name>
    <message>
        <source>No voice: espeak-ng is not installed</source>
        <translation>Không có giọng đọc: chưa cài espeak-ng</translation>
    </message>
    <message>
        <source>No voice: {program} does not start</source>
        <translation>Không có giọng đọc: {program} không chạy được</translation>
    </message>
    <message>
        <source>The voice cannot say this: {program} ended with {code}</source>
        <translation>Giọng đọc không đọc được câu này: {program} kết thúc với mã {code}</translation>
    </message>
    <message>
        <source>The voice stood still and was ended</source>
        <translation>Giọng đọc bị treo và đã được dừng</translation>
    </message>
</context>
<context>
    <name>StationChartPanel</name>
    <message>
        <source>1 h</source>
        <translation>1 giờ</translation>
    </message>
    <message>
        <source>6 h</source>
        <translation>6 giờ</translation>
    </message>
    <message>
        <source>24 h</source>
        <translation>24 giờ</translation>
    </message>
    <message>
        <source>7 days</source>
        <translation>7 ngày</translation>
    </message>
    <message>
        <source>Show this much time</source>
        <translation>Hiện khoảng thời gian này</translation>
    </message>
    <message>
        <source>Now</source>
        <translation>Hiện tại</translation>
    </message>
    <message>
        <source>Back to now (L)</source>
        <translation>Về hiện tại (L)</translation>
    </message>
    <message>
        <source>CSV…</source>
        <translation>CSV…</translation>
    </message>
    <message>
        <source>Save what is shown as a CSV file (Ctrl+E)</source>
        <translation>Lưu phần đang hiện thành tệp CSV (Ctrl+E)</translation>
    </message>
    <message>
        <source>Waiting for the site from the server</source>
        <translation>Đang chờ dữ liệu trạm từ máy chủ</translation>
    </message>
    <message>
        <source>This site has no measuring station. Stations are entered in stations.toml of the site.</source>
        <translation>Chưa khai báo trạm quan trắc nào. Khai báo trạm trong tệp stations.toml của địa phương.</translation>
    </message>
    <message>
        <source>nearest, {distance} km away</source>
        <translation>trạm gần nhất, cách {distance} km</translation>
    </message>
    <message>
        <source>So long a span holds extremes only, not every sample: choose a shorter one for all</source>
        <translation>Khoảng dài thế này chỉ có cực trị, không phải mọi mẫu: chọn khoảng ngắn hơn để lấy đủ</translation>
    </message>
    <message>
        <source>History could not be loaded</source>
        <translation>Không tải được lịch sử</translation>
    </message>
    <message>
        <source>History could not be loaded: {reason}</source>
        <translation>Không tải được lịch sử: {reason}</translation>
    </message>
    <message>
        <source>Loading history …</source>
        <translation>Đang tải lịch sử…</translation>
    </message>
    <message>
        <source>Nothing was sent in this time</source>
        <translation>Không có số liệu trong khoảng thời gian này</translation>
    </message>
    <message>
        <source>Save as CSV</source>
        <translation>Lưu thành CSV</translation>
    </message>
    <message>
        <source>Saving …</source>
        <translation>Đang lưu…</translation>
    </message>
    <message>
        <source>Not saved: {reason}</source>
        <translation>Chưa lưu được: {reason}</translation>
    </message>
    <message>
        <source>{count} samples saved: {name}</source>
        <translation>Đã lưu {count} mẫu: {name}</translation>
    </message>
</context>
<context>
    <name>StatusBar</name>
    <message>
        <source>SIMULATED DATA</source>
        <translation>DỮ LIỆU MÔ PHỎNG</translation>
    </message>
    <message>
        <source>not signed in</source>
        <translation>chưa đăng nhập</translation>
    </message>
    <message>
        <source>CONNECTING</source>
        <translation>ĐANG KẾT NỐI</translation>
    </message>
    <message>
        <source>link {age}</source>
        <translation>liên kết {age}</translation>
    </message>
    <message>
        <source>LINK SLOW {age}</source>
        <translation>LIÊN KẾT CHẬM {age}</translation>
    </message>
    <message>
        <source>LINK LOST {age} — trying again</source>
        <translation>MẤT LIÊN KẾT {age} — đang thử lại</translation>
    </message>
    <message>
        <source>server: {fault}</source>
        <translation>máy chủ: {fault}</translation>
    </message>
    <message>
        <source>{count} samples left out, fetched from history</source>
        <translation>{count} mẫu bị bỏ bớt, đã lấy lại từ lịch sử</translation>
    </message>
    <message>
        <source>server {time} · this machine {local}</source>
        <translation>máy chủ {time} · máy này {local}</translation>
    </message>
    <message>
        <source>CLOCKS {apart} s APART</source>
        <translation>LỆCH GIỜ {apart} s</translation>
    </message>
    <message>
        <source>sources {fresh}/{all}</source>
        <translation>nguồn {fresh}/{all}</translation>
    </message>
    <message>
        <source>recorded {well}/{all}</source>
        <translation>ghi hình {well}/{all}</translation>
    </message>
    <message>
        <source>not recorded</source>
        <translation>không ghi hình</translation>
    </message>
    <message>
        <source>nothing yet</source>
        <translation>chưa có gì</translation>
    </message>
    <message>
        <source>alerts {count}/10 min</source>
        <translation>cảnh báo {count}/10 ph</translation>
    </message>
    <message>
        <source>{shift}: hand-over overdue</source>
        <translation>{shift}: quá hạn giao ca</translation>
    </message>
    <message>
        <source>nobody is signed on</source>
        <translation>chưa có ai nhận ca</translation>
    </message>
    <message>
        <source>{shift} until {time}: {crew}</source>
        <translation>{shift} đến {time}: {crew}</translation>
    </message>
    <message>
        <source>MUTED {left}  M</source>
        <translation>TẮT TIẾNG {left}  M</translation>
    </message>
    <message>
        <source>sound on  M</source>
        <translation>có tiếng  M</translation>
    </message>
    <message>
        <source>tones only  M</source>
        <translation>chỉ tiếng báo  M</translation>
    </message>
    <message>
        <source>duty officer</source>
        <translation>trực ban</translation>
    </message>
    <message>
        <source>leader</source>
        <translation>lãnh đạo</translation>
    </message>
    <message>
        <source>supervisor</source>
        <translation>giám sát</translation>
    </message>
    <message>
        <source>agency</source>
        <translation>cơ quan</translation>
    </message>
    <message>
        <source>administrator</source>
        <translation>quản trị</translation>
    </message>
    <message>
        <source>information security officer</source>
        <translation>cán bộ an toàn thông tin</translation>
    </message>
</context>
<context>
    <name>Steering</name>
    <message>
        <source>turning to {preset}</source>
        <translation>đang quay tới {preset}</translation>
    </message>
    <message>
        <source>by itself</source>
        <translation>tự động</translation>
    </message>
    <message>
        <source>going home</source>
        <translation>về vị trí gốc</translation>
    </message>
    <message>
        <source>Turn to {preset}</source>
        <translation>Quay tới {preset}</translation>
    </message>
    <message>
        <source>Turn to {preset} (take from {holder})</source>
        <translation>Quay tới {preset} (lấy từ {holder})</translation>
    </message>
</context>
<context>
    <name>Strip</name>
    <message>
        <source>NO DATA {age}</source>
        <translation>MẤT SỐ LIỆU {age}</translation>
    </message>
</context>
<context>
    <name>StripChart</name>
    <message>
        <source>Charts</source>
        <translation>Biểu đồ</translation>
    </message>
    <message>
        <source>No room for: {names}. Click to see them</source>
        <translation>Không đủ chỗ cho: {names}. Bấm để xem</translation>
    </message>
    <message>
        <source>{start} to now</source>
        <translation>{start} đến nay</translation>
    </message>
    <message>
        <source>{start} to {end}  ·  THE PAST, L = back to now</source>
        <translation>{start} đến {end}  ·  ĐANG XEM QUÁ KHỨ, phím L về hiện tại</translation>
    </message>
</context>
<context>
    <name>Ticket</name>
    <message>
        <source>at the counter</source>
        <translation>tại quầy</translation>
    </message>
    <message>
        <source>on the telephone</source>
        <translation>qua điện thoại</translation>
    </message>
    <message>
        <source>Came</source>
        <translation>Tiếp nhận</translation>
    </message>
    <message>
        <source>Crisis: ready report</source>
        <translation>Mẫu khủng hoảng</translation>
    </message>
    <message>
        <source>Category</source>
        <translation>Lĩnh vực</translation>
    </message>
    <message>
        <source>type a few letters</source>
        <translation>gõ vài chữ, không cần dấu</translation>
    </message>
    <message>
        <source>What happened</source>
        <translation>Nội dung</translation>
    </message>
    <message>
        <source>what is reported; Shift+Enter for a new line</source>
        <translation>điều người dân phản ánh; Shift+Enter xuống dòng</translation>
    </message>
    <message>
        <source>Place</source>
        <translation>Địa bàn</translation>
    </message>
    <message>
        <source>a click on the map, a commune or “22.48, 103.97”; ↓ offers what is selected</source>
        <translation>bấm trên bản đồ, gõ xã, phường hoặc “22.48, 103.97”; phím ↓ lấy nơi đang chọn</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>Địa chỉ</translation>
    </message>
    <message>
        <source>house, street, hamlet</source>
        <translation>số nhà, đường, thôn, tổ</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Họ tên</translation>
    </message>
    <message>
        <source>sealed: agencies never see it</source>
        <translation>niêm phong: cơ quan xử lý không thấy</translation>
    </message>
    <message>
        <source>Telephone</source>
        <translation>Điện thoại</translation>
    </message>
    <message>
        <source>selected on the map</source>
        <translation>đang chọn trên bản đồ</translation>
    </message>
    <message>
        <source>where {what} is</source>
        <translation>nơi có {what}</translation>
    </message>
    <message>
        <source>No category is called “{words}”; type a few letters and choose one.</source>
        <translation>Không có lĩnh vực nào tên “{words}”; gõ vài chữ rồi chọn.</translation>
    </message>
    <message>
        <source>Choose what it is about.</source>
        <translation>Chọn lĩnh vực của phản ánh.</translation>
    </message>
    <message>
        <source>Say in a few words what happened.</source>
        <translation>Ghi vắn tắt điều xảy ra.</translation>
    </message>
    <message>
        <source>{count} characters; right are {most} at most.</source>
        <translation>{count} ký tự; nhiều nhất là {most}.</translation>
    </message>
    <message>
        <source>No commune is called “{words}”; a point is written 22.48, 103.97.</source>
        <translation>Không có xã, phường nào tên “{words}”; tọa độ viết dạng 22.48, 103.97.</translation>
    </message>
    <message>
        <source>The number has {count} digits; right are {least} to {most}, e.g. 0912 345 678.</source>
        <translation>Số có {count} chữ số; đúng là từ {least} đến {most}, ví dụ 0912 345 678.</translation>
    </message>
    <message>
        <source>✕ Reports are filed in the live room only.</source>
        <translation>✕ Chỉ lập phản ánh ở phòng trực tiếp.</translation>
    </message>
    <message>
        <source>Sent, waiting for the server…</source>
        <translation>Đã gửi, đang chờ máy chủ…</translation>
    </message>
    <message>
        <source>Report {code} was filed</source>
        <translation>Đã lập phản ánh {code}</translation>
    </message>
    <message>
        <source>Pictures cannot be sent here.</source>
        <translation>Không gửi được ảnh từ máy này.</translation>
    </message>
    <message>
        <source>{count} pictures attached</source>
        <translation>đã đính kèm {count} ảnh</translation>
    </message>
    <message>
        <source>picture {number} of {count} is being sent…</source>
        <translation>đang gửi ảnh {number}/{count}…</translation>
    </message>
    <message>
        <source>{file} is not attached: {why}</source>
        <translation>{file} không đính kèm được: {why}</translation>
    </message>
</context>
<context>
    <name>TicketBox</name>
    <message>
        <source>Code</source>
        <translation>Mã</translation>
    </message>
    <message>
        <source>What</source>
        <translation>Nội dung</translation>
    </message>
    <message>
        <source>Away</source>
        <translation>Cách</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Trạng thái</translation>
    </message>
    <message>
        <source>File the report  Ctrl+Enter</source>
        <translation>Lập phản ánh  Ctrl+Enter</translation>
    </message>
    <message>
        <source>Pictures…  Ctrl+I</source>
        <translation>Ảnh…  Ctrl+I</translation>
    </message>
    <message>
        <source>Give it up  Esc</source>
        <translation>Bỏ  Esc</translation>
    </message>
    <message>
        <source>Report of somebody at the counter, or on the telephone without a call here</source>
        <translation>Phản ánh của công dân tại quầy, hoặc qua điện thoại ngoài tổng đài</translation>
    </message>
    <message>
        <source>Ticket of the call from {caller}</source>
        <translation>Phiếu ghi cuộc gọi từ {caller}</translation>
    </message>
    <message>
        <source>a withheld number</source>
        <translation>số ẩn</translation>
    </message>
    <message>
        <source>Pictures of the report</source>
        <translation>Ảnh của phản ánh</translation>
    </message>
    <message>
        <source>Pictures and films (*.jpg *.jpeg *.png *.webp *.mp4 *.mov);;All files (*)</source>
        <translation>Ảnh và phim (*.jpg *.jpeg *.png *.webp *.mp4 *.mov);;Mọi tệp (*)</translation>
    </message>
    <message>
        <source>Go with it: {files}</source>
        <translation>Gửi kèm: {files}</translation>
    </message>
    <message>
        <source>May be reported already ({count}); Enter on one shows it</source>
        <translation>Có thể đã được phản ánh ({count}); Enter để xem</translation>
    </message>
    <message>
        <source>Not filed. Esc once more gives up what was written.</source>
        <translation>Chưa lập phản ánh. Bấm Esc lần nữa để bỏ nội dung đã viết.</translation>
    </message>
</context>
<context>
    <name>Tile</name>
    <message>
        <source>{n} s</source>
        <translation>{n} s</translation>
    </message>
    <message>
        <source>{n} min</source>
        <translation>{n} ph</translation>
    </message>
    <message>
        <source>{n} h</source>
        <translation>{n} giờ</translation>
    </message>
    <message>
        <source>{n} d</source>
        <translation>{n} ngày</translation>
    </message>
    <message>
        <source>CONNECTING</source>
        <translation>ĐANG KẾT NỐI</translation>
    </message>
    <message>
        <source>SLOW {age}</source>
        <translation>CHẬM {age}</translation>
    </message>
    <message>
        <source>PICTURE UNCHANGED {age}</source>
        <translation>HÌNH KHÔNG ĐỔI {age}</translation>
    </message>
    <message>
        <source>since {clock} ({age})</source>
        <translation>từ {clock} ({age})</translation>
    </message>
    <message>
        <source>FROZEN</source>
        <translation>ĐỨNG HÌNH</translation>
    </message>
    <message>
        <source>SIGNAL LOST</source>
        <translation>MẤT TÍN HIỆU</translation>
    </message>
    <message>
        <source>PICTURE OF {clock}</source>
        <translation>HÌNH LÚC {clock}</translation>
    </message>
    <message>
        <source>LOADING</source>
        <translation>ĐANG TẢI</translation>
    </message>
    <message>
        <source>NO RECORDING</source>
        <translation>KHÔNG CÓ ĐOẠN GHI</translation>
    </message>
    <message>
        <source>at {clock}</source>
        <translation>lúc {clock}</translation>
    </message>
    <message>
        <source>RECORDING DAMAGED</source>
        <translation>ĐOẠN GHI HỎNG</translation>
    </message>
    <message>
        <source>camera refuses the connection</source>
        <translation>camera từ chối kết nối</translation>
    </message>
    <message>
        <source>camera does not answer</source>
        <translation>camera không trả lời</translation>
    </message>
    <message>
        <source>wrong user or password</source>
        <translation>sai tên hoặc mật khẩu</translation>
    </message>
    <message>
        <source>the camera has no such stream</source>
        <translation>camera không có luồng này</translation>
    </message>
    <message>
        <source>camera&apos;s name cannot be resolved</source>
        <translation>không tìm được tên máy camera</translation>
    </message>
    <message>
        <source>no way to the camera&apos;s network</source>
        <translation>không có đường tới mạng camera</translation>
    </message>
    <message>
        <source>camera closed the connection</source>
        <translation>camera đã ngắt kết nối</translation>
    </message>
    <message>
        <source>the stream holds no video</source>
        <translation>luồng không có hình</translation>
    </message>
    <message>
        <source>video cannot be decoded</source>
        <translation>không giải mã được hình</translation>
    </message>
    <message>
        <source>address refused: only rtsp:// and rtsps://</source>
        <translation>địa chỉ bị từ chối: chỉ nhận rtsp:// và rtsps://</translation>
    </message>
    <message>
        <source>no address for this camera</source>
        <translation>chưa có địa chỉ camera</translation>
    </message>
    <message>
        <source>decoder is being restarted</source>
        <translation>đang khởi động lại bộ giải mã</translation>
    </message>
    <message>
        <source>file is not there</source>
        <translation>không thấy tệp</translation>
    </message>
    <message>
        <source>the recording cannot be fetched</source>
        <translation>không lấy được đoạn ghi</translation>
    </message>
    <message>
        <source>stream cannot be opened</source>
        <translation>không mở được luồng</translation>
    </message>
    <message>
        <source>libVLC here cannot do RTSP: played by pyav</source>
        <translation>libVLC ở máy này không có RTSP: dùng pyav</translation>
    </message>
    <message>
        <source>libVLC is not installed: played by pyav</source>
        <translation>máy này chưa có libVLC: dùng pyav</translation>
    </message>
</context>
<context>
    <name>TileCanvas</name>
    <message>
        <source>Camera wall</source>
        <translation>Tường camera</translation>
    </message>
    <message>
        <source>Drag a camera here</source>
        <translation>Kéo camera vào đây</translation>
    </message>
</context>
<context>
    <name>Timeline</name>
    <message>
        <source>Timeline</source>
        <translation>Dòng thời gian</translation>
    </message>
    <message>
        <source>back to the head</source>
        <translation>về con trỏ</translation>
    </message>
    <message>
        <source>Marks</source>
        <translation>Dấu</translation>
    </message>
    <message>
        <source>Gaps</source>
        <translation>Khoảng trống</translation>
    </message>
    <message>
        <source>Loading…</source>
        <translation>Đang tải…</translation>
    </message>
    <message>
        <source>not recorded</source>
        <translation>chưa ghi</translation>
    </message>
    <message>
        <source>Bookmark</source>
        <translation>Dấu trang</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Ghi chú</translation>
    </message>
    <message>
        <source>Debrief</source>
        <translation>Rút kinh nghiệm</translation>
    </message>
    <message>
        <source>Span</source>
        <translation>Đoạn</translation>
    </message>
    <message>
        <source>Sent, waiting for the server…</source>
        <translation>Đã gửi, đang chờ máy chủ…</translation>
    </message>
    <message>
        <source>and {count} more</source>
        <translation>và {count} mục nữa</translation>
    </message>
    <message>
        <source>{count} stand together here; each click goes to the next one</source>
        <translation>{count} mục chồng lên nhau ở đây; mỗi lần bấm chuyển sang mục tiếp theo</translation>
    </message>
    <message>
        <source>No recording of:</source>
        <translation>Không có đoạn ghi của:</translation>
    </message>
</context>
<context>
    <name>TimelineModel</name>
    <message>
        <source>Nothing has been recorded yet</source>
        <translation>Chưa có gì được ghi</translation>
    </message>
    <message>
        <source>The timeline cannot be loaded: {reason}. Trying again.</source>
        <translation>Không tải được dòng thời gian: {reason}. Đang thử lại.</translation>
    </message>
</context>
<context>
    <name>TitleBar</name>
    <message>
        <source>Take this panel out of the window, or put it back</source>
        <translation>Tách ô này khỏi cửa sổ, hoặc đưa trở lại</translation>
    </message>
</context>
<context>
    <name>Transport</name>
    <message>
        <source>Play or pause</source>
        <translation>Phát hoặc dừng</translation>
    </message>
    <message>
        <source>Play backwards, again: faster</source>
        <translation>Phát lùi, bấm tiếp: nhanh hơn</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Dừng</translation>
    </message>
    <message>
        <source>Play forwards, again: faster</source>
        <translation>Phát tới, bấm tiếp: nhanh hơn</translation>
    </message>
    <message>
        <source>Slower</source>
        <translation>Chậm hơn</translation>
    </message>
    <message>
        <source>Faster</source>
        <translation>Nhanh hơn</translation>
    </message>
    <message>
        <source>One frame back</source>
        <translation>Lùi một khung hình</translation>
    </message>
    <message>
        <source>One frame forward</source>
        <translation>Tới một khung hình</translation>
    </message>
    <message>
        <source>10 s back</source>
        <translation>Lùi 10 s</translation>
    </message>
    <message>
        <source>10 s forward</source>
        <translation>Tới 10 s</translation>
    </message>
    <message>
        <source>Previous event</source>
        <translation>Sự kiện trước</translation>
    </message>
    <message>
        <source>Next event</source>
        <translation>Sự kiện sau</translation>
    </message>
    <message>
        <source>To the first instant</source>
        <translation>Về đầu bản ghi</translation>
    </message>
    <message>
        <source>To the edge of the present</source>
        <translation>Đến thời điểm mới nhất</translation>
    </message>
    <message>
        <source>Go to an instant…</source>
        <translation>Đến lúc…</translation>
    </message>
    <message>
        <source>Back to the live windows</source>
        <translation>Về cửa sổ trực tiếp</translation>
    </message>
    <message>
        <source>Begin of the span here</source>
        <translation>Đầu đoạn tại đây</translation>
    </message>
    <message>
        <source>End of the span here</source>
        <translation>Cuối đoạn tại đây</translation>
    </message>
    <message>
        <source>To the begin of the span</source>
        <translation>Đến đầu đoạn</translation>
    </message>
    <message>
        <source>To the end of the span</source>
        <translation>Đến cuối đoạn</translation>
    </message>
    <message>
        <source>Clear the span</source>
        <translation>Bỏ đoạn</translation>
    </message>
    <message>
        <source>Bookmark here</source>
        <translation>Đặt dấu trang tại đây</translation>
    </message>
    <message>
        <source>Note here</source>
        <translation>Ghi chú tại đây</translation>
    </message>
    <message>
        <source>Leave the span as a mark</source>
        <translation>Lưu đoạn thành dấu</translation>
    </message>
    <message>
        <source>Hold evidence of the span…</source>
        <translation>Niêm giữ bằng chứng của đoạn…</translation>
    </message>
    <message>
        <source>Export evidence of the span…</source>
        <translation>Xuất bằng chứng của đoạn…</translation>
    </message>
    <message>
        <source>Debrief comment here</source>
        <translation>Nhận xét rút kinh nghiệm tại đây</translation>
    </message>
    <message>
        <source>Timeline: closer</source>
        <translation>Dòng thời gian: gần hơn</translation>
    </message>
    <message>
        <source>Timeline: farther</source>
        <translation>Dòng thời gian: xa hơn</translation>
    </message>
    <message>
        <source>Timeline: all of it</source>
        <translation>Dòng thời gian: toàn bộ</translation>
    </message>
    <message>
        <source>Timeline: the marked span</source>
        <translation>Dòng thời gian: đoạn đã chọn</translation>
    </message>
    <message>
        <source>Previous recorded call (Enter goes to it)</source>
        <translation>Cuộc gọi ghi âm trước (Enter để tới đó)</translation>
    </message>
    <message>
        <source>Next recorded call (Enter goes to it)</source>
        <translation>Cuộc gọi ghi âm sau (Enter để tới đó)</translation>
    </message>
    <message>
        <source>Alerts</source>
        <translation>Cảnh báo</translation>
    </message>
    <message>
        <source>Reports</source>
        <translation>Phản ánh</translation>
    </message>
    <message>
        <source>Motion</source>
        <translation>Chuyển động</translation>
    </message>
    <message>
        <source>Officers</source>
        <translation>Thao tác</translation>
    </message>
    <message>
        <source>System</source>
        <translation>Hệ thống</translation>
    </message>
</context>
<context>
    <name>TransportBar</name>
    <message>
        <source>REPLAY</source>
        <translation>PHÁT LẠI</translation>
    </message>
    <message>
        <source>What the jumps stop at</source>
        <translation>Nhảy đến loại sự kiện nào</translation>
    </message>
    <message>
        <source>All events</source>
        <translation>Mọi sự kiện</translation>
    </message>
    <message>
        <source>Previous event</source>
        <translation>Sự kiện trước</translation>
    </message>
    <message>
        <source>Next event</source>
        <translation>Sự kiện sau</translation>
    </message>
    <message>
        <source>One frame back</source>
        <translation>Lùi một khung hình</translation>
    </message>
    <message>
        <source>One frame forward</source>
        <translation>Tới một khung hình</translation>
    </message>
    <message>
        <source>Play backwards</source>
        <translation>Phát lùi</translation>
    </message>
    <message>
        <source>Play or pause</source>
        <translation>Phát hoặc dừng</translation>
    </message>
    <message>
        <source>Speed: {slower} slower, {faster} faster</source>
        <translation>Tốc độ: {slower} chậm hơn, {faster} nhanh hơn</translation>
    </message>
    <message>
        <source>Go to…</source>
        <translation>Đến lúc…</translation>
    </message>
    <message>
        <source>Go to an instant</source>
        <translation>Đến một thời điểm</translation>
    </message>
    <message>
        <source>Newest</source>
        <translation>Mới nhất</translation>
    </message>
    <message>
        <source>To the edge of the present</source>
        <translation>Đến thời điểm mới nhất</translation>
    </message>
    <message>
        <source>Bookmark here</source>
        <translation>Đặt dấu trang tại đây</translation>
    </message>
    <message>
        <source>Note here</source>
        <translation>Ghi chú tại đây</translation>
    </message>
    <message>
        <source>Debrief comment here</source>
        <translation>Nhận xét rút kinh nghiệm tại đây</translation>
    </message>
    <message>
        <source>Begin of the span</source>
        <translation>Đầu đoạn</translation>
    </message>
    <message>
        <source>End of the span</source>
        <translation>Cuối đoạn</translation>
    </message>
    <message>
        <source>Clear the span</source>
        <translation>Bỏ đoạn</translation>
    </message>
    <message>
        <source>Hold evidence</source>
        <translation>Niêm giữ</translation>
    </message>
    <message>
        <source>Export evidence</source>
        <translation>Xuất bằng chứng</translation>
    </message>
    <message>
        <source>Debrief at {at}</source>
        <translation>Nhận xét lúc {at}</translation>
    </message>
    <message>
        <source>Note at {at}</source>
        <translation>Ghi chú lúc {at}</translation>
    </message>
    <message>
        <source>Sent, waiting for the server…</source>
        <translation>Đã gửi, đang chờ máy chủ…</translation>
    </message>
    <message>
        <source>Your role places no marks</source>
        <translation>Vai trò của bạn không được đặt dấu</translation>
    </message>
    <message>
        <source>Remove this mark</source>
        <translation>Xóa dấu này</translation>
    </message>
    <message>
        <source>now −{seconds} s</source>
        <translation>hiện tại −{seconds} s</translation>
    </message>
    <message>
        <source>Your role does not allow this</source>
        <translation>Vai trò của bạn không được làm việc này</translation>
    </message>
    <message>
        <source>First mark begin (I) and end (O) of the span</source>
        <translation>Hãy chọn đầu (I) và cuối (O) đoạn trước</translation>
    </message>
    <message>
        <source>No later event.</source>
        <translation>Không còn sự kiện nào sau đó.</translation>
    </message>
    <message>
        <source>No earlier event.</source>
        <translation>Không có sự kiện nào trước đó.</translation>
    </message>
    <message>
        <source>No later recorded call near what is shown.</source>
        <translation>Không có cuộc gọi ghi âm nào sau đó ở gần phần đang xem.</translation>
    </message>
    <message>
        <source>No earlier recorded call near what is shown.</source>
        <translation>Không có cuộc gọi ghi âm nào trước đó ở gần phần đang xem.</translation>
    </message>
    <message>
        <source>Turn round</source>
        <translation>Đảo chiều</translation>
    </message>
</context>
<context>
    <name>VideoWall</name>
    <message>
        <source>Find a camera</source>
        <translation>Tìm camera</translation>
    </message>
    <message>
        <source>Cameras</source>
        <translation>Camera</translation>
    </message>
    <message>
        <source>Show or hide the camera list (B)</source>
        <translation>Hiện hoặc ẩn danh sách camera (B)</translation>
    </message>
    <message>
        <source>{count} pictures</source>
        <translation>{count} hình</translation>
    </message>
    <message>
        <source>Snapshot</source>
        <translation>Chụp hình</translation>
    </message>
    <message>
        <source>Save the selected picture (Ctrl+S)</source>
        <translation>Lưu hình đang chọn (Ctrl+S)</translation>
    </message>
    <message>
        <source>Wall mode</source>
        <translation>Chỉ hình</translation>
    </message>
    <message>
        <source>Pictures only (W; W or Esc to come back)</source>
        <translation>Chỉ hiện hình (W; W hoặc Esc để trở lại)</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Trở lại</translation>
    </message>
    <message>
        <source>The cameras shown before going there</source>
        <translation>Các camera đang xem trước khi tới đó</translation>
    </message>
    <message>
        <source>Patrol: cameras shown one page after the other</source>
        <translation>Tuần tra: lần lượt từng trang camera</translation>
    </message>
    <message>
        <source>Patrol</source>
        <translation>Tuần tra</translation>
    </message>
    <message>
        <source>Start patrol</source>
        <translation>Bắt đầu tuần tra</translation>
    </message>
    <message>
        <source>Start or stop the patrol (P)</source>
        <translation>Bắt đầu hoặc dừng tuần tra (P)</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>Tiếp</translation>
    </message>
    <message>
        <source>Next page of the patrol (N)</source>
        <translation>Trang tuần tra tiếp theo (N)</translation>
    </message>
    <message>
        <source>Saved: {path}</source>
        <translation>Đã lưu: {path}</translation>
    </message>
    <message>
        <source>This site has no patrol.</source>
        <translation>Hệ thống này chưa có tuyến tuần tra.</translation>
    </message>
    <message>
        <source>Stop patrol</source>
        <translation>Dừng tuần tra</translation>
    </message>
</context>
<context>
    <name>Wall</name>
    <message>
        <source>There is no picture to save in this tile.</source>
        <translation>Ô này chưa có hình để lưu.</translation>
    </message>
    <message>
        <source>The picture could not be saved: {reason}</source>
        <translation>Không lưu được hình: {reason}</translation>
    </message>
    <message>
        <source>FILE</source>
        <translation>TỆP</translation>
    </message>
    <message>
        <source>SIMULATED</source>
        <translation>MÔ PHỎNG</translation>
    </message>
</context>
<context>
    <name>Zones</name>
    <message>
        <source>level {level}</source>
        <translation>cấp {level}</translation>
    </message>
    <message>
        <source>until it is lifted</source>
        <translation>đến khi bãi bỏ</translation>
    </message>
    <message>
        <source>in force until {time}</source>
        <translation>có hiệu lực đến {time}</translation>
    </message>
    <message>
        <source>{zones} zones, {points} checkpoints</source>
        <translation>{zones} vùng, {points} chốt</translation>
    </message>
    <message>
        <source>Zone, {level}</source>
        <translation>Vùng, {level}</translation>
    </message>
    <message>
        <source>Checkpoint</source>
        <translation>Chốt kiểm soát</translation>
    </message>
</context>
<context>
    <name>ZonesPanel</name>
    <message>
        <source>Zone or checkpoint</source>
        <translation>Vùng, chốt</translation>
    </message>
    <message>
        <source>Level</source>
        <translation>Cấp</translation>
    </message>
    <message>
        <source>Since</source>
        <translation>Từ</translation>
    </message>
    <message>
        <source>Until</source>
        <translation>Đến</translation>
    </message>
    <message>
        <source>Alerts</source>
        <translation>Cảnh báo</translation>
    </message>
    <message>
        <source>Reports</source>
        <translation>Phản ánh</translation>
    </message>
    <message>
        <source>Cameras</source>
        <translation>Camera</translation>
    </message>
    <message>
        <source>checkpoint</source>
        <translation>chốt</translation>
    </message>
    <message>
        <source>until it is lifted</source>
        <translation>đến khi bãi bỏ</translation>
    </message>
    <message>
        <source>This site has no zones: zones.toml names their levels and who declares them.</source>
        <translation>Nơi này chưa có vùng: zones.toml ghi tên các cấp và đơn vị công bố.</translation>
    </message>
    <message>
        <source>No zone and no checkpoint holds now.</source>
        <translation>Hiện không có vùng, chốt nào đang hiệu lực.</translation>
    </message>
</context>
</TS>
